"""Whether two things take equally long, so that nobody learns by time what they are not told."""

import statistics
import time


def ratio_of_medians(rounds, first, second):
    """How often longer first() takes than second(): by the medians of so many rounds, in which they take turns, so that what
    slows the machine down slows both."""
    times = ([], [])
    for number in range(rounds):
        for index in (0, 1) if number % 2 == 0 else (1, 0):
            act = (first, second)[index]()   # what must be ready first is not timed
            began = time.perf_counter()
            act()
            times[index].append(time.perf_counter() - began)
    return statistics.median(times[0]) / statistics.median(times[1])


def check_take_equally_long(rounds, first, second, factor=1.5):
    """Fails if one takes more than `factor` times as long as the other, three times in a row: a real difference does, and
    what else the machine did meanwhile does not."""
    ratios = []
    for _ in range(3):
        ratios.append(ratio_of_medians(rounds, first, second))
        if 1 / factor < ratios[-1] < factor:
            return
    raise AssertionError(f"one takes longer than the other: {ratios}")
