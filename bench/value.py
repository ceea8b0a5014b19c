"""What simulated values cost: paths per second, price-and-gigawatt tranches, and the noise of delta and vega.

Run with `python bench/value.py [--quick]`. Times are medians of CPU time (one thread). The first table is the
measurement behind the choice of the block size in `gigawatt.parts.option.paths`; QuantLib, which it is set beside,
is asked for one path after the other, as its Python interface wants it, and its prices are not even read.
"""

import sys
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import QuantLib

from gigawatt.parts.option.greeks import Slopes, bumped, likelihood_ratio
from gigawatt.parts.option.joint import share_on_price_and_gw_simulated
from gigawatt.parts.option.lock import value_share
from gigawatt.parts.option.paths import brownian
from gigawatt.parts.option.rung import Market
from gigawatt.parts.price_test import PriceTest

DAYS = 252
SHARE = Market(203.71, 0.5, 0.037)
MEAN = PriceTest("mean", 30)


def cpu_s(work: Callable[[], object], repeats: int) -> float:
    work()
    spent = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return float(np.median(spent))


def all_paths(log2_paths: int, log2_block: int) -> None:
    for _ in brownian(DAYS, log2_paths, 1, log2_block=log2_block):
        pass


def quantlib_paths(paths: int) -> None:
    today = QuantLib.Date(6, 10, 2025)
    QuantLib.Settings.instance().evaluationDate = today
    spot = QuantLib.QuoteHandle(QuantLib.SimpleQuote(SHARE.spot))
    rate = QuantLib.YieldTermStructureHandle(QuantLib.FlatForward(today, SHARE.rate, QuantLib.Actual365Fixed()))
    volatility = QuantLib.BlackVolTermStructureHandle(
        QuantLib.BlackConstantVol(today, QuantLib.NullCalendar(), SHARE.volatility, QuantLib.Actual365Fixed())
    )
    process = QuantLib.BlackScholesProcess(spot, rate, volatility)
    normals = QuantLib.GaussianLowDiscrepancySequenceGenerator(QuantLib.UniformLowDiscrepancySequenceGenerator(DAYS, 1))
    generator = QuantLib.GaussianSobolPathGenerator(process, 1.0, DAYS, normals, True)
    for _ in range(paths):
        generator.next()


def paths_per_second(quick: bool) -> None:
    log2_paths, repeats = (13, 3) if quick else (15, 9)
    print(f"{DAYS} daily steps of a year, scrambled Sobol points and Brownian bridge, thousand paths per CPU second\n")
    for log2_block in range(9, 14):
        rate = 2**log2_paths / cpu_s(partial(all_paths, log2_paths, log2_block), repeats)
        print(f"gigawatt, blocks of {1 << log2_block:5d} paths {rate / 1000:10.1f}")
    paths = 2000 if quick else 10000
    rate = paths / cpu_s(partial(quantlib_paths, paths), repeats)
    print(f"QuantLib {QuantLib.__version__}, Sobol and bridge {rate / 1000:9.1f}")


def price_and_gigawatts(quick: bool) -> None:
    from gigawatt.parts.option.wedge import share_on_price_and_gw

    tranche = (203.71, 400.0, 5.0, 0.037, 0.0, 0.5, 0.0, 6.0, 1.2, 0.8)
    print("\na share on a price of 400 USD and 6 GW in five years, watched at every moment\n")
    print("correlation  steps     series  simulated  error %  standard error %   CPU s")
    for rho in (-0.4, 0.0, 0.3, 0.6):
        series = share_on_price_and_gw(*tranche, rho)
        for steps in (8, 32) if quick else (8, 32, 128):
            simulate = partial(
                share_on_price_and_gw_simulated, *tranche, rho, steps=steps, log2_paths=13 if quick else 15
            )
            found, spent = simulate(), cpu_s(simulate, 1)
            error, noise = 100.0 * (found.value / series - 1.0), 100.0 * found.error / series
            print(f"{rho:11.1f} {steps:6d} {series:10.4f} {found.value:10.4f} {error:8.3f} {noise:17.3f} {spent:7.2f}")


def slopes(quick: bool) -> None:
    log2_paths, scramblings, mark, years, steps = 12 if quick else 14, 8 if quick else 24, 300.0, 2.0, 504
    exact = value_share(SHARE, MEAN, mark, years, log2_paths=13 if quick else 16, replicates=8, seed=99)
    print(f"\ndelta and vega of a share on a mean of 30 closes, 2^{log2_paths} paths, {scramblings} scramblings\n")
    print("method                    rms of delta %   rms of vega %   CPU s")
    plain = SHARE, MEAN, mark, years, steps
    rows: dict[str, Callable[[int], tuple[float, float]]] = {
        "threshold, pathwise": lambda seed: integrated(mark, years, log2_paths, seed),
        "likelihood ratio": lambda seed: pair(likelihood_ratio(*plain, log2_paths=log2_paths, seed=seed)),
        "1 % up and down": lambda seed: pair(bumped(*plain, log2_paths=log2_paths, seed=seed)),
    }
    for name, work in rows.items():
        start = time.process_time()
        found = np.array([work(seed) for seed in range(scramblings)])
        spent = (time.process_time() - start) / scramblings
        rms = 100.0 * np.sqrt(np.mean(np.square(found / (exact.delta, exact.vega) - 1.0), axis=0))
        print(f"{name:25s} {rms[0]:14.2f} {rms[1]:15.2f} {spent:7.2f}")
    print(
        f"\nbeside delta {exact.delta:.4f} +- {exact.delta_error:.4f}, vega {exact.vega:.2f} +- {exact.vega_error:.2f}"
    )


def integrated(mark: float, years: float, log2_paths: int, seed: int) -> tuple[float, float]:
    # Two scramblings of half the paths: one estimate needs at least two.
    found = value_share(SHARE, MEAN, mark, years, log2_paths=log2_paths - 1, replicates=2, seed=seed)
    return found.delta, found.vega


def pair(found: Slopes) -> tuple[float, float]:
    return found.delta, found.vega


if __name__ == "__main__":
    QUICK = "--quick" in sys.argv
    paths_per_second(QUICK)
    price_and_gigawatts(QUICK)
    slopes(QUICK)
