"""All scenarios, in the order in which they are shown."""

from bench.scenarios import by_the_clock, on_foot, out_of_sight, standing_still, with_her

SCENES = (*on_foot.SCENES, *standing_still.SCENES, *out_of_sight.SCENES, *by_the_clock.SCENES, *with_her.SCENES)
