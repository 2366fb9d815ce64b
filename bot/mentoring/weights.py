"""How much each thing counts when a mentor is suggested."""

from __future__ import annotations

import msgspec


class Weights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Points for what two have in common; the programme file can set others. All are 0 or more.

    The order follows the source texts of the programme: first "common professional interest", towards what she wishes
    for before what she knows; then a mentor who "had already experienced" the same barriers (three of them weigh as
    much as the field); then that they can talk with ease. What makes it practical comes behind, and her own wishes
    count on top, since she knows best. The numbers are round, so that near-equals are equal, and the tie is spread.

    hoped, known, both_hope: work that the mentee wishes for and the mentor knows; that both know; that both wish for.
    barrier: each that the mentor overcame, up to 3. enough, well, mother: the best language in common. commune, region:
    living close. way: a way to meet that both take. time: each time of the week in common, up to 2. wish: each wish
    of either that is met. room: a mentor whom nobody has or asks yet; half of it while one of her places is left.
    week: in a round, for each week that a mentee has waited: it decides who goes first where places are few.
    """

    hoped: int = 30
    known: int = 20
    both_hope: int = 5
    barrier: int = 10
    enough: int = 5
    well: int = 10
    mother: int = 20
    commune: int = 10
    region: int = 5
    way: int = 5
    time: int = 5
    wish: int = 10
    room: int = 10
    week: int = 5

    def __post_init__(self) -> None:
        if min(getattr(self, name) for name in self.__struct_fields__) < 0:
            raise ValueError("weights of matching are 0 or more; what must not be is a limit, not a weight")
