"""What is sealed stays readable through every change of keys, and to nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.errors import KeyTrouble, SettingError
from bot.vault import Vault, new_key

OLD, NEW, OTHER = new_key(), new_key(), new_key()
WORDS = "Ik wil Nederlands leren, أريد أن أتعلم 🌱 \x00"


def test_text_bytes_and_json_come_back_and_do_not_show() -> None:
    vault = Vault([NEW])
    assert vault.open(vault.seal(WORDS)) == WORDS
    assert vault.open_bytes(vault.seal_bytes(b"\x00\xff")) == b"\x00\xff"
    kept: dict[str, list[str | int | None]] = {"answers": ["fictional", 3, None]}
    sealed = vault.seal_json(kept)
    assert vault.open_json(sealed, dict[str, list[str | int | None]]) == kept
    assert b"fictional" not in sealed
    assert vault.seal(WORDS) != vault.seal(WORDS)


def test_it_is_plain_fernet_so_that_other_tools_can_read_it() -> None:
    assert Fernet(NEW).decrypt(Vault([NEW]).seal(WORDS)).decode() == WORDS


def test_rotation_keeps_everything_readable_until_the_old_key_goes() -> None:
    sealed = Vault([OLD]).seal(WORDS)
    both = Vault([NEW, OLD])
    assert both.open(sealed) == WORDS
    rotated = both.rotate(sealed)
    assert Vault([NEW]).open(rotated) == WORDS
    with pytest.raises(KeyTrouble):
        Vault([OLD]).open(rotated)


@pytest.mark.parametrize("damaged", [b"", b"quite wrong", Vault([OTHER]).seal(WORDS), Vault([NEW]).seal(WORDS)[:-4]])
def test_what_cannot_be_read_says_what_to_do(damaged: bytes) -> None:
    vault = Vault([NEW, OLD])
    for act in (vault.open, vault.open_bytes, lambda sealed: vault.open_json(sealed, str), vault.rotate):
        with pytest.raises(KeyTrouble, match="add the key it was sealed with to SORORA_KEYS"):
            act(damaged)


def test_a_changed_letter_is_noticed() -> None:
    vault = Vault([NEW])
    sealed = bytearray(vault.seal(WORDS))
    sealed[40] ^= 1
    with pytest.raises(KeyTrouble):
        vault.open(bytes(sealed))


def test_a_lookup_finds_the_same_value_only_and_only_with_the_key() -> None:
    vault = Vault([NEW])
    assert vault.lookup("telegram:1") == Vault([NEW]).lookup("telegram:1")
    assert vault.lookup("telegram:1") != vault.lookup("telegram:11")
    assert vault.lookup("telegram:1") != Vault([OLD]).lookup("telegram:1")
    assert len(vault.lookup("telegram:1")) == 32


def test_lookups_find_what_was_stored_before_the_key_changed() -> None:
    before, during, after = Vault([OLD]), Vault([NEW, OLD]), Vault([NEW])
    assert before.lookup("telegram:1") in during.lookups("telegram:1")
    assert during.lookup("telegram:1") == during.lookups("telegram:1")[0] == after.lookup("telegram:1")
    assert before.lookup("telegram:1") not in after.lookups("telegram:1")


@pytest.mark.parametrize("keys", [["quite wrong"], [NEW, NEW[:-2]], [NEW, "ключ"]])
def test_what_is_no_key_is_refused_without_showing_it(keys: list[str]) -> None:
    with pytest.raises(SettingError, match=f"Key number {len(keys)} in SORORA_KEYS is not a key") as caught:
        Vault(keys)
    assert keys[-1] not in str(caught.value)


def test_no_key_says_how_to_make_one() -> None:
    with pytest.raises(SettingError, match="make one with `sorora keys new`"):
        Vault([])


def test_lone_surrogates_are_refused_without_quoting() -> None:
    with pytest.raises(ValueError, match="lone surrogates cannot be kept") as caught:
        Vault([NEW]).seal("fictional \ud800")
    assert "fictional" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_key_file_is_made_once_and_for_the_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "data" / "keys"
    sealed = Vault.from_file_or_new(path).seal(WORDS)
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    assert Vault.from_file_or_new(path).open(sealed) == WORDS
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["keys"]


def test_a_key_file_may_hold_several_keys(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_text(f"{NEW}\n{OLD}\n")
    assert Vault.from_file_or_new(path).open(Vault([OLD]).seal(WORDS)) == WORDS


@pytest.mark.parametrize("content", ["", "\n", "ключ"])
def test_a_key_file_without_keys_is_never_replaced(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keys"
    path.write_text(content, "utf-8")
    with pytest.raises(SettingError, match="holds no key"):
        Vault.from_file_or_new(path)
    assert path.read_text("utf-8") == content
