"""Words on what the policy of the machine's administrator means to a person."""

from __future__ import annotations

from collections.abc import Iterator

from app.core.policy import Held, Policy
from app.wording.errors import sentence
from app.wording.i18n import _
from app.wording.settings import Meaning, value_words
from app.wording.units import counted, printable


def held_words(meaning: Meaning, held: Held) -> str:
    """Return the words that stand beside a setting that a person cannot choose, or not freely."""
    if held.at_most:
        return _("your administrator allows at most {value}").format(value=value_words(meaning, held.value))
    return _("set by your administrator")


def held_sentence(meaning: Meaning, held: Held) -> str:
    """Say that a person cannot choose a setting, or not freely, as a sentence."""
    if held.at_most:
        return _("Your administrator allows at most {value}.").format(value=value_words(meaning, held.value))
    return _("Set by your administrator.")


def policy_lines(policy: Policy) -> tuple[str, ...]:
    """Return all that a policy decides, a sentence each, with what is wrong with its file; nothing if there is none."""
    if not policy.path:
        return ()
    problem = () if policy.problem is None else (sentence(policy.problem),)
    return (*problem, _("Set by your administrator ({path}).").format(path=printable(policy.path)), *_rules(policy))


def _rules(policy: Policy) -> Iterator[str]:
    rules, kept = policy.rules, policy.rules.retention
    if not rules.remote_engine:
        yield _("No server answers: texts stay on this computer.")
    elif rules.allowed_servers is not None:
        yield _("Only these servers may answer: {hosts}.").format(hosts=_names(rules.allowed_servers))
    if rules.remote_engine and not rules.images_to_servers:
        yield _("No image goes to a server.")
    if not rules.model_hub:
        yield _("No model is looked up or downloaded.")
    elif rules.allowed_hubs is not None:
        yield _("Models come only from: {hosts}.").format(hosts=_names(rules.allowed_hubs))
    if not rules.other_programs:
        yield _("No other program is answered.")
    elif rules.allowed_programs is not None:
        yield _("Only these programs may be answered: {names}.").format(names=_names(rules.allowed_programs))
    if rules.passphrase_required:
        yield _("A passphrase protects the data.")
    if rules.passphrase_digits:
        one = _("A new passphrase takes a number of guesses with at least 1 digit.")
        several = _("A new passphrase takes a number of guesses with at least {n} digits.")
        yield counted(rules.passphrase_digits, one, several)
    if rules.lock_after_minutes is not None:
        one = _("The window locks after 1 minute without use, at the latest.")
        several = _("The window locks after {n} minutes without use, at the latest.")
        yield counted(rules.lock_after_minutes, one, several)
    if rules.record_texts is not None:
        yield _("The record keeps questions and names.") if rules.record_texts else _("The record keeps no texts.")
    if kept.conversations_days is not None:
        one = _("Conversations are deleted after 1 day, at the latest.")
        several = _("Conversations are deleted after {n} days, at the latest.")
        yield counted(kept.conversations_days, one, several)
    if kept.readings_days is not None:
        one = _("Saved readings are deleted after 1 day, at the latest.")
        several = _("Saved readings are deleted after {n} days, at the latest.")
        yield counted(kept.readings_days, one, several)
    if kept.bin_days is not None:
        one = _("The bin is emptied after 1 day, at the latest.")
        yield counted(kept.bin_days, one, _("The bin is emptied after {n} days, at the latest."))


def _names(hosts: tuple[str, ...]) -> str:
    return ", ".join(map(printable, hosts)) or _("None")
