"""The images of the question that is being written: opens them, orders them, counts their tokens, hands them over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QImage

from app.core.conversations.image import MOST_IN_QUESTION, Image, ImageRef, Raster, ref_of
from app.core.errors import Code, Problem
from app.ui.chat.writing.attachment_card import AttachmentData
from app.ui.chat.writing.composer import Composer
from app.ui.chat.writing.image_sources import ImageSource, open_source
from app.ui.kit.bridge import Executor
from app.ui.kit.jobs import Cancelled, Done, Failed, Job, is_ending
from app.ui.kit.presenter import Presenter
from app.ui.kit.window_context import WindowContext
from app.ui.widgets.pictures import to_image
from app.wording.errors import sentence
from app.wording.i18n import _
from app.wording.units import count, printable


@dataclass(frozen=True)
class _Attached:
    """One image. `writing` identifies its question. `image` is None while it is being opened, `picture` until there
    is a thumbnail, `tokens` until they are counted."""

    key: int
    writing: str
    untrusted_name: str
    image: Image | ImageRef | None = None
    picture: QImage | None = None
    tokens: int | None = None
    job: Job | None = None

    @property
    def ref(self) -> ImageRef | None:
        return ref_of(self.image) if self.image is not None else None


class AttachmentsPresenter(Presenter):
    """Every question that is being written has its own images; those of one are shown. `writing` identifies the
    question: the id of its conversation, or that of the kept question that is being edited."""

    given = Signal()  # something is being attached
    view_wanted = Signal(object)  # Image | ImageRef, to be shown large
    settings_wanted = Signal()

    def __init__(self, context: WindowContext, composer: Composer) -> None:
        super().__init__(context.parent)
        self._images = context.desk.documents.images
        self._models = context.desk.models
        self._bridge = context.bridge
        self._composer = composer
        self._writing = ""
        self._attached: tuple[_Attached, ...] = ()
        self._next_key = 0
        self._handed_over: frozenset[int] = frozenset()
        self._failures: list[str] = []
        self._counting: Job | None = None
        shown = composer.attachments
        shown.removed.connect(self.remove)
        shown.moved.connect(self.move)
        shown.opened.connect(self._view)
        shown.acted.connect(self.settings_wanted)

    # ---- what the question is asked with

    @property
    def _here(self) -> tuple[_Attached, ...]:
        """The images of the question that is shown."""
        return self._of(self._writing)

    def _of(self, writing: str) -> tuple[_Attached, ...]:
        return tuple(attached for attached in self._attached if attached.writing == writing)

    def images(self) -> tuple[Image | ImageRef, ...]:
        """Return the images of the shown question, in their order."""
        return self.images_of(self._writing)

    def images_of(self, writing: str) -> tuple[Image | ImageRef, ...]:
        return tuple(attached.image for attached in self._of(writing) if attached.image is not None)

    def refusal(self, writing: str) -> str:
        """Return why a question cannot be asked with what is attached to it; empty if it can."""
        attached = self._of(writing)
        if any(one.image is None for one in attached):
            return still_opening_words()
        blindness = self.blindness() if attached else ""
        remedy = _("Choose one, or remove the images, then ask.")
        if self._models.host():
            remedy = _("Remove the images, then ask.")
        return blindness and f"{blindness} {remedy}"

    def hand_over(self, writing: str) -> None:
        """Hand over the images of a question that is about to be kept; they stay here until `let_go`."""
        self._handed_over = frozenset(one.key for one in self._of(writing))

    def let_go(self) -> None:
        """Let go of the images that were handed over: the question is kept, and they with it."""
        self._keep([attached for attached in self._attached if attached.key not in self._handed_over])

    def clear(self, writing: str) -> None:
        """Clear the images of a question that is no longer being written."""
        for attached in self._of(writing):
            if attached.job is not None:
                attached.job.cancel()
        self._keep([attached for attached in self._attached if attached.writing != writing])

    def show(self, writing: str) -> None:
        """Show the images of this question from now on."""
        if writing != self._writing:
            self._writing = writing
            self.measure()

    def edit(self, writing: str, refs: Sequence[ImageRef]) -> None:
        """Begin to edit a kept question, with the images that it has."""
        self.clear(writing)
        self._writing = writing
        for ref in refs:
            self._adopt(ref)
        self.measure()

    def rename(self, writing: str, to: str) -> None:
        """Move the images of one question to another, `to`."""
        self._keep([replace(one, writing=to) if one.writing == writing else one for one in self._attached])

    @property
    def room(self) -> int:
        """The number of images that the question can still take."""
        return MOST_IN_QUESTION - len(self._here)

    def blindness(self) -> str:
        """Return a sentence that the loaded model sees no images; empty if it sees them, or none is loaded yet."""
        model = self._models.loaded()
        if model is None or model.vision is not None:
            return ""
        if model.host:
            problem = model.vision_problem
            if problem is not None and problem.code == Code.REMOTE_IMAGES_KEPT:
                return _("The settings say that no image goes to a server.")
            return _("The model on {host} cannot see images.").format(host=model.host)
        return _("{model} cannot see images: it was loaded without a projector.").format(model=printable(model.name))

    @property
    def tokens(self) -> int:
        """The tokens that the images take of the context, as far as they are counted."""
        return sum(attached.tokens or 0 for attached in self._here)

    @Slot(object)
    def add(self, image: Image | ImageRef) -> None:
        """Attach one that is open already: one of an earlier question, or a page of a book."""
        self.add_all((image,))

    @Slot(object)
    def add_all(self, images: Sequence[Image | ImageRef]) -> None:
        """Attach several, as far as the question takes them."""
        taken, left_out = images[: self.room], images[self.room :]
        for image in taken:
            self._adopt(image)
        if taken:
            self.measure()
            self.given.emit()
        if left_out:
            self._name_left_out([ref_of(image).untrusted_name for image in left_out])

    @Slot(str)
    def forget_book(self, book_id: str) -> None:
        """Remove the images that were taken of the pages of a book that is gone."""
        self._keep([attached for attached in self._attached if attached.ref is None or attached.ref.book_id != book_id])

    # ---- what the person does with them

    @Slot(int)
    def remove(self, key: int) -> None:
        """Remove one, or stop opening it."""
        job = next(attached.job for attached in self._attached if attached.key == key)
        if job is not None:
            job.cancel()
        self._keep([attached for attached in self._attached if attached.key != key])

    @Slot(int, int)
    def move(self, key: int, place: int) -> None:
        """Move one to place number `place`, from 0."""
        elsewhere = [attached for attached in self._attached if attached.writing != self._writing]
        others = [attached for attached in self._here if attached.key != key]
        moved = next(attached for attached in self._here if attached.key == key)
        self._keep([*elsewhere, *others[:place], moved, *others[place:]])

    @Slot(int)
    def _view(self, key: int) -> None:
        self.view_wanted.emit(next(attached.image for attached in self._attached if attached.key == key))

    # ---- opening

    @Slot(list)
    def take_files(self, paths: list[Path]) -> None:
        self.take([ImageSource(path, path.name) for path in paths])

    @Slot(list)
    def take(self, sources: list[ImageSource]) -> None:
        """Open images and attach them, as far as a question takes them."""
        taken, left_out = sources[: self.room], sources[self.room :]
        if all(attached.job is None for attached in self._attached):
            self._failures = []
        for source in taken:
            key = self._new_key()
            named = source if source.is_file else replace(source, name=self._unused(source.name))
            work = partial(open_source, self._images, named)
            job = self._bridge.stream(Executor.IMAGES, work, partial(self._on_event, key, source))
            self._attached = (*self._attached, _Attached(key, self._writing, named.name, job=job))
        if taken:
            self._draw()
            self.given.emit()
        for source in left_out:
            self._discard(source)
        if left_out:
            self._name_left_out([source.name for source in left_out])

    def _discard(self, source: ImageSource) -> None:
        if source.passing:
            self._do(source.discard, executor=Executor.IMAGES)

    def _adopt(self, image: Image | ImageRef) -> None:
        ref = ref_of(image)
        picture = to_image(image.thumbnail) if isinstance(image, Image) else None
        attached = _Attached(self._new_key(), self._writing, ref.untrusted_name, image, picture)
        self._keep([*self._attached, attached])
        if picture is None:
            work = partial(self._images.thumbnail, ref.sha256)
            self._call(work, partial(self._take_thumbnail, attached.key))

    def _name_left_out(self, names: Sequence[str]) -> None:
        self.failed.emit(too_many_words(names))

    def _on_event(self, key: int, source: ImageSource, event: object) -> None:
        if is_ending(event):
            self._discard(source)
        match event:
            case Done(result=Image() as image):
                self._change(key, image=image, picture=to_image(image.thumbnail), job=None)
                self.measure()
            case Cancelled():
                self._keep([attached for attached in self._attached if attached.key != key])
            case Failed(problem):
                self._keep([attached for attached in self._attached if attached.key != key])
                self._failures.append(sentence(problem))
                self.failed.emit("\n".join(self._failures))

    def _take_thumbnail(self, key: int, thumbnail: Raster | None) -> None:
        if thumbnail is not None:
            self._change(key, picture=to_image(thumbnail))

    # ---- measuring

    @Slot()
    def measure(self) -> None:
        """Have the engine count their tokens; the answer comes when it is not busy. Only a model that sees images is
        offered some."""
        self._composer.offer_images(not self.blindness())
        if self._counting is not None:
            self._counting.cancel()
        refs = {attached.key: attached.ref for attached in self._here if attached.ref is not None}
        if refs:
            work = partial(self._images.tokens, tuple(refs.values()))
            done = partial(self._take_tokens, tuple(refs))
            self._counting = self._call(work, done, self._on_uncounted, executor=Executor.ENGINE)
        self._draw()

    def _take_tokens(self, keys: tuple[int, ...], tokens: tuple[int, ...] | None) -> None:
        taken = dict(zip(keys, tokens, strict=True)) if tokens is not None else {}
        counted = [replace(one, tokens=taken.get(one.key)) if one.key in keys else one for one in self._attached]
        self._keep(counted)

    @Slot(object)
    def _on_uncounted(self, problem: Problem) -> None:
        """Ignore that an image could not be counted: the model's chip says what is wrong."""

    # ---- showing

    def _new_key(self) -> int:
        self._next_key += 1
        return self._next_key

    def _unused(self, name: str) -> str:
        """Return `name`, or `name` with a number, that no other image has: for an image without a name."""
        names = {attached.untrusted_name for attached in self._here}
        numbered = (f"{name} {number}" for number in range(2, len(names) + 2))
        return name if name not in names else next(other for other in numbered if other not in names)

    def _change(self, key: int, **changes: object) -> None:
        self._keep([replace(one, **changes) if one.key == key else one for one in self._attached])  # type: ignore[arg-type]

    def _keep(self, attached: Sequence[_Attached]) -> None:
        self._attached = tuple(attached)
        self._draw()

    def _draw(self) -> None:
        blind = self.blindness() if self._here else ""
        cards = [
            AttachmentData(
                attached.key,
                attached.untrusted_name,
                _detail(attached, blind=bool(blind)),
                attached.picture,
                opening=attached.image is None,
            )
            for attached in self._here
        ]
        self._composer.attachments.show_cards(cards)
        self._composer.attachments.show_note(blind, _("Choose a projector…"))
        self._composer.set_note(self._sum())
        self._composer.set_refused(bool(self.refusal(self._writing)))

    def _sum(self) -> str:
        """Say how many images there are, and how many tokens they take together; empty for one, whose card says it."""
        if len(self._here) < 2:
            return ""
        words = _("{n} images").format(n=count(len(self._here)))
        if any(attached.tokens is None for attached in self._here):
            return words
        return f"{words} · {_('{n} tokens').format(n=count(self.tokens))}"


def still_opening_words() -> str:
    """Say why a question cannot be asked yet while one of its images is being opened."""
    return _("An image is still being opened. Wait a moment or remove it, then ask.")


def too_many_words(untrusted_names: Sequence[str]) -> str:
    """Say which images had no room in a question."""
    words = _("A question can have up to {n} images. These were left out: {names}")
    return words.format(n=count(MOST_IN_QUESTION), names=", ".join(map(printable, untrusted_names)))


def _detail(attached: _Attached, *, blind: bool) -> str:
    """Return the tokens of an image, or its size in pixels if the model cannot see it."""
    ref = attached.ref
    if ref is None:
        return _("opening…")
    if blind:
        return _("{width} × {height} px").format(width=count(ref.width), height=count(ref.height))
    return "…" if attached.tokens is None else _("{n} tokens").format(n=count(attached.tokens))
