"""The commands of models."""

from __future__ import annotations

from app.ui.areas.models import ModelArea
from app.ui.frame.main_window import MainWindow
from app.ui.kit.commands import Command, CommandGroup, Group
from app.ui.look.icons import Symbol
from app.wording.i18n import _


def model_commands(area: ModelArea, window: MainWindow) -> CommandGroup:
    return CommandGroup(
        Group.MODEL,
        _("Model"),
        Symbol.MODEL,
        (
            Command(_("Choose a model"), "Ctrl+Shift+L", window.talk.chip.open_menu, words=_("switch, change")),
            Command(
                _("Models…"),
                "Ctrl+Shift+M",
                area.open_models,
                words=_("download, Llama, Scout, delete a model"),
                symbol=Symbol.DOWNLOAD,
            ),
            Command(
                _("Advanced model settings…"),
                "",
                area.place_model,
                words=_("GPU, graphics card, memory, layers, placement"),
            ),
            Command(_("Open a GGUF file…"), "", area.model.choose_file, words=_("load, weights")),
            Command(_("Load the model again"), "", area.model.load_again, words=_("restart, reload")),
            Command(_("Saved readings…"), "", area.readings.open_list, words=_("cache, disk space"), apart=True),
        ),
    )
