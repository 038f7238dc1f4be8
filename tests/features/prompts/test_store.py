"""Saved prompts on disk."""

from __future__ import annotations

from app.features.prompts.data import SavedPrompt
from app.features.prompts.store import SavedPrompts
from app.store.db import Database


def test_a_prompt_is_kept_changed_and_deleted(database: Database) -> None:
    prompts = SavedPrompts(database)
    second = prompts.keep(SavedPrompt("", "parties", "Who are the parties?", "p"))
    first = prompts.keep(SavedPrompt("", "Dates", "List all dates."))
    assert prompts.all() == (first, second)
    changed = prompts.keep(SavedPrompt(second.id, "People", "Who is named?", "who"))
    assert changed.id == second.id
    assert prompts.all() == (first, changed)
    prompts.delete(first.id)
    assert prompts.all() == (changed,)


def test_a_new_one_takes_the_place_of_that_of_its_name(database: Database) -> None:
    prompts = SavedPrompts(database)
    prompts.keep(SavedPrompt("", "Dates", "List all dates."))
    prompts.keep(SavedPrompt("", "Dates", "List all dates, with pages."))
    assert [prompt.text for prompt in prompts.all()] == ["List all dates, with pages."]
