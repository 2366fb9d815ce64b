"""Build hook of hatchling: every locales/<lang>/LC_MESSAGES/sorora.po goes into the wheel compiled, as
bot/locales/<lang>/LC_MESSAGES/sorora.mo. In an editable install the .po files of the checkout are read instead."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Catalogs(BuildHookInterface[Any]):
    """Compiles the catalogs into a temporary folder that lives as long as the build."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile all catalogs and have hatchling take them along. Raises PoFileError where one is broken."""
        if version == "editable":
            return
        sys.path.insert(0, self.root)  # the build runs outside the project; bot.i18n needs Babel only
        from bot.po import compile_po

        self.compiled = tempfile.TemporaryDirectory()
        for po in sorted(Path(self.root, "locales").glob("*/LC_MESSAGES/sorora.po")):
            language = po.parts[-3]
            mo = Path(self.compiled.name, f"{language}.mo")
            mo.write_bytes(compile_po(po.read_bytes(), language))
            build_data["force_include"][str(mo)] = f"bot/locales/{language}/LC_MESSAGES/sorora.mo"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Let the temporary folder go."""
        if version != "editable":
            self.compiled.cleanup()
