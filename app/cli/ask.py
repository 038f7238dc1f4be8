"""`octavo ask`: documents and images are opened, then questions answered as one conversation."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec

from app.cli import arguments, outbound_review
from app.cli.answers import AnswerScreen, JsonAnswers, TextAnswers
from app.cli.asking_all import MatterAsking, books_with
from app.cli.bars import bar
from app.cli.opening import books_of, index, shelf_of
from app.cli.screen import print_json
from app.core.conversations.conversation import (
    AnotherAnswer,
    Answer,
    BookRef,
    Ending,
    LongerAnswer,
    MatterScope,
    Question,
    StoredQuestion,
)
from app.core.conversations.events import (
    Checked,
    Loading,
    Looking,
    Notice,
    Noting,
    PartBegun,
    PartEnded,
    PartsProgress,
    Reading,
    Stored,
    Thinking,
    Token,
    Tokenizing,
    Weighing,
)
from app.core.conversations.image import MOST_IN_QUESTION, Image
from app.core.conversations.values import FREE, AnswerForm
from app.core.conversations.verdict import Unweighed
from app.core.errors import AppError, Code, Problem
from app.core.settings import AnswerWords, Settings
from app.core.work import Cancel, Stopped, Work, finish
from app.export import files
from app.export.report import compose
from app.services.asking.ask import Ask
from app.services.asking.retrieval import SHORT_CHARACTERS
from app.services.asking.schemas import AnswerSchema, judge, read_schema
from app.services.asking.verbatim import is_wanted
from app.services.asking.weighing import AnswerWeighed
from app.services.library.images import Images
from app.services.services import Services, matter_plans_of
from app.wording import units
from app.wording.i18n import _
from app.wording.remote import short_words, whole_words


def _form(
    options: argparse.Namespace, schema: AnswerSchema, desk: Services, out: AnswerScreen, cancel: Cancel
) -> AnswerForm:
    """Return the form that answers are held to. If the settings decide on the documents' words, the model is loaded for
    that. Raises AppError, Stopped."""
    verbatim, words = options.verbatim, desk.asking.ask.settings().answer_words
    decides = options.all or bool(options.document)
    cannot = schema.text or options.parts or options.resume or options.plan
    if verbatim is None and decides and not cannot and words is not AnswerWords.FREE:
        model = finish(desk.models.ready(cancel), out.loading)
        verbatim = is_wanted(words, model, desk.asking.weighing.may_judge)
    return AnswerForm(schema=schema.text, verbatim=bool(verbatim))


def run(options: argparse.Namespace, desk: Services, cancel: Cancel) -> None:
    """Ask all questions. Raises AppError, Stopped."""
    _check(options)
    schema = read_schema(options.json_schema) if options.json_schema is not None else AnswerSchema()
    books = prepare(options, desk, cancel)
    if options.pseudonyms == "show":
        for text in options.question:
            outbound_review.show(outbound_review.replacing(desk).found(Question("", text, books)), as_json=options.json)
        return
    shelf = (
        {book.id: book for book in desk.documents.library.books()}
        if options.all
        else shelf_of(books, desk.documents.library)
    )
    out: AnswerScreen = JsonAnswers(shelf) if options.json else TextAnswers(shelf, thoughts=options.thoughts)
    show = partial(show_progress, out)
    for problem in schema.checked:
        out.notice(problem)
    if options.all:
        index(books_with(shelf, books), desk, cancel)
    else:
        index_if_read(books, desk, cancel, show, excerpts=options.excerpts)
    images = _take_images(options.image, desk, cancel, out)
    in_parts = options.parts or options.resume
    form = _form(options, schema, desk, out, cancel)
    asking = Asker(desk.asking.ask, desk, out, cancel, options.excerpts, options.go_on, in_parts, form)
    matter = MatterAsking(
        matter_plans_of(desk), desk.conversations, shelf, show, cancel, as_json=options.json, only_plans=options.plan
    )
    if options.plan:
        for text in options.question:
            matter.plan(Question("", text, books, images=images))
        return
    conversation_id = _ask_in_turn(options, desk, asking, matter if options.all else None, books, images)
    if options.export is not None:
        title = conversation.title if (conversation := desk.conversations.get(conversation_id)) else ""
        report = compose(title, desk.conversations.turns(conversation_id), shelf, thoughts=options.thoughts)
        report = outbound_review.exported(report, options, desk, conversation_id, shelf)
        files.write(report, options.export.absolute(), desk.documents.images.png_within)
        desk.record.exported("conversation", options.export, item=conversation_id, books=[ref.book_id for ref in books])


def _check(options: argparse.Namespace) -> None:
    """Check options that exclude each other. Raises AppError."""
    arguments.check_words(options.question)
    for other in ("parts", "excerpts", "resume"):
        arguments.check_apart(options, "all", other)
    for other in ("parts", "resume", "json_schema"):
        arguments.check_apart(options, "verbatim", other)
    arguments.check_apart(options, "parts", "excerpts")
    if options.plan and not options.all:
        raise AppError(Code.USAGE, detail=_("--plan belongs to --all"))
    if options.export is not None:
        files.check(options.export)
    if len(options.image) > MOST_IN_QUESTION:
        words = _("a question can have up to {limit} images, not {n}")
        raise AppError(Code.USAGE, detail=words.format(limit=MOST_IN_QUESTION, n=len(options.image)))


def _take_images(paths: Sequence[Path], desk: Services, cancel: Cancel, out: AnswerScreen) -> tuple[Image, ...]:
    images = tuple(_take_image(file, desk.documents.images, cancel) for file in paths)
    if images:
        finish(desk.models.ready(cancel), out.loading)
        refs = tuple(image.ref for image in images)
        tokens = desk.documents.images.tokens(refs)
        if tokens is not None:
            out.images(refs, tokens)
    return images


def _ask_in_turn(
    options: argparse.Namespace,
    desk: Services,
    asking: Asker,
    matter: MatterAsking | None,
    books: tuple[BookRef, ...],
    images: tuple[Image, ...],
) -> str:
    """Ask the questions as one conversation, and return its id. With a `matter` each reads what it takes of all
    documents, and what those before it have read."""
    conversation_id, parent = "", None
    for text in options.question:
        begun = desk.asking.parts.unanswered(text, books) if options.resume else None
        if options.resume and begun is None:
            asking.out.notice(Problem(Code.QUESTION_NOT_BEGUN))
        if begun is not None:
            conversation_id = begun.conversation_id
        elif not conversation_id:
            scope = MatterScope() if matter is not None else None
            conversation_id = desk.conversations.create(books=books, scope=scope).id
        question = Question(conversation_id, text, books, parent, () if parent else images, form=asking.form)
        if matter is not None:
            question = matter.plan(question)
            books = question.books
        answer = asking.put(begun or question)
        parent = answer.id
    return conversation_id


@dataclass(frozen=True)
class Asker:
    """Asks questions and shows their answers as they are written. `ask` is the desk's, or one with its own recording.
    If it `goes_on`, an answer is carried on beyond its limit; if `in_parts`, books that do not fit are asked part by
    part. `form` is what answers have to be."""

    ask: Ask
    desk: Services
    out: AnswerScreen
    cancel: Cancel
    excerpts: bool = False
    goes_on: bool = False
    in_parts: bool = False
    form: AnswerForm = FREE

    def put(self, question: Question | StoredQuestion) -> Answer:
        """Put a question; one that is kept already is one whose parts were begun. Raises AppError, ANSWER_NOT_JSON and
        ANSWER_AGAINST_SCHEMA if an answer is whole and not what its schema wants; Stopped."""
        answer = self._ask(question)
        if self.goes_on:
            answer = self._go_on(answer)
        if answer.was_stopped:
            self.out.stopped(answer)
            raise Stopped
        if answer.problem is not None:
            if _is_too_much(answer):
                self.out.choices(self.desk.asking.context.choices(question.conversation_id, answer.question_id))
            raise AppError.of(answer.problem)
        self.out.written(question, answer)
        weighed = AnswerWeighed(answer)
        try:
            weighed = self._weigh(answer)
        finally:
            self.out.finished(question, weighed)
        if question.form.schema:
            self._judge(question, weighed.answer)
        return answer

    def _judge(self, question: Question | StoredQuestion, answer: Answer) -> None:
        judged = judge(answer, question, self.ask.books)
        self.out.judged(answer, judged)
        if judged.problem is not None:
            raise AppError.of(judged.problem)

    def _weigh(self, answer: Answer) -> AnswerWeighed:
        """Weigh an answer's sentences, if that is wanted. An error on the way is shown, and costs the answer nothing.
        Raises Stopped."""
        if self.desk.asking.weighing.is_wanted(answer):
            try:
                return finish(self.desk.asking.weighing.weigh(answer, self.cancel), partial(show_progress, self.out))
            except AppError as error:
                self.out.notice(error.problem)
        return AnswerWeighed(_unjudged(answer))

    def _ask(self, question: Question | StoredQuestion) -> Answer:
        if isinstance(question, StoredQuestion):
            return self._show(self.desk.asking.parts.ask(AnotherAnswer(question.id), self.cancel))
        answer = self._show(self.ask.ask(question, self.cancel, excerpts=self.excerpts))
        if not (self.in_parts and question.books and _is_too_much(answer)):
            return answer
        return self._show(self.desk.asking.parts.ask(AnotherAnswer(answer.question_id), self.cancel))

    def _go_on(self, answer: Answer) -> Answer:
        """Go on until the answer ends by itself, or there is no more room for it."""
        while answer.ending is Ending.LENGTH:
            asking = self.desk.asking.parts if answer.parts else self.ask
            longer = self._show(asking.ask(LongerAnswer(answer.id), self.cancel))
            if _is_too_much(longer):
                return answer
            answer = longer
        return answer

    def _show(self, work: Work[PartsProgress, Answer]) -> Answer:
        return finish(work, partial(show_progress, self.out))


def _unjudged(answer: Answer) -> Answer:
    """Return the answer as it is shown if no model is asked any more: no sentence waits for one."""
    decided = tuple(
        msgspec.structs.replace(each, reason=Unweighed.NO_JUDGE) if each.waits else each for each in answer.verdicts
    )
    return msgspec.structs.replace(answer, verdicts=decided)


def _is_too_much(answer: Answer) -> bool:
    return answer.problem is not None and answer.problem.code == Code.DOES_NOT_FIT


def _take_image(file: Path, images: Images, cancel: Cancel) -> Image:
    try:
        return finish(images.take(file, file.name, cancel), bar(_("importing")))
    except AppError as error:
        if error.code is Code.IMAGE_UNKNOWN:
            raise AppError(Code.IMAGE_WANTED, **error.params) from error
        raise


def prepare(options: argparse.Namespace, desk: Services, cancel: Cancel) -> tuple[BookRef, ...]:
    """Open the books, and put the settings of the command line in force. Raises AppError, Stopped."""
    settings = arguments.settings(options, desk.chosen_settings())
    books = books_of(options, desk, cancel)
    use(settings, desk, as_json=options.json, shows=bool(getattr(options, "image", None)))
    return books


def use(settings: Settings, desk: Services, *, as_json: bool, shows: bool = False) -> None:
    """Put these settings in force until the program ends. Say it if books leave this computer then; with `shows`,
    images do, too."""
    desk.models.use(settings.engine, settings.remote)
    if host := desk.models.host():
        if not as_json:
            print(units.printable(f"{short_words(host)}. {whole_words(host)}"), file=sys.stderr)
        settings = outbound_review.decided(settings, host, desk, as_json=as_json)
        if shows:
            settings = outbound_review.images_decided(settings, host, desk, as_json=as_json)
        if as_json:
            images = {"images": settings.remote.images} if shows else {}
            print_json({"event": "remote", "host": host, "names": settings.remote.texts, **images})
        desk.models.use(settings.engine, settings.remote)
    desk.settings.overrule(settings)


def index_if_read(
    books: tuple[BookRef, ...],
    desk: Services,
    cancel: Cancel,
    show: Callable[[Loading | Tokenizing], None],
    *,
    excerpts: bool,
) -> None:
    """Index the books where passages of them will stand next to a question, or, with `excerpts`, in their place: not
    where they are short, and not where they do not fit, which takes a moment to find. Raises AppError, Stopped."""
    long = sum(desk.documents.library.book(book.book_id).characters for book in books) > SHORT_CHARACTERS
    wanted = long and (excerpts or desk.asking.ask.settings().close_reading)
    if wanted and (excerpts or finish(desk.asking.ask.has_room_for(books, cancel), show)):
        index(books, desk, cancel)


def show_progress(out: AnswerScreen, progress: PartsProgress | Weighing) -> None:
    """Show what happens on the way to an answer."""
    match progress:
        case Loading():
            out.loading(progress)
        case Tokenizing():
            out.tokenizing(progress)
        case Looking():
            out.looking(progress)
        case Reading():
            out.reading(progress)
        case PartBegun():
            out.part_begun(progress)
        case PartEnded():
            out.part_ended(progress)
        case Noting():
            out.noting()
        case Thinking():
            out.thinking(progress)
        case Token(text):
            out.token(text)
        case Weighing():
            out.weighing(progress)
        case Notice(problem):
            out.notice(problem)
        case Stored() | Checked():
            pass  # what was found is written when the answer has ended
