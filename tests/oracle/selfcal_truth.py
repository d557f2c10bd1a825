"""What is left of the true antenna errors of a simulated observation, and the observation without them.

The observations are those of shared/golden/make/simulate_selfcal.py: V = g_p conj(g_q) sky + noise, where
g = amp exp(i (phase nu / ref_hz + offset)), kept in an .npz as `phase` [time][antenna], `time`, `offset` [spw][antenna][pol],
`amp` [antenna][pol], `ref_hz`. Windows and antennas of the .npz are numbered as in the simulated set; tables made of a working
copy are matched to them by name.

    selfcal_truth.py ideal SET TRUTH.npz OUT     a copy of SET without antenna errors, the noise as it is
    selfcal_truth.py oracle ORACLES [CASE...]    the recorded tables against the recorded residuals
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import warnings

import numpy as np
from casacore.tables import table
from selfcal_data import unpack

# (case, target): why the recorded residual is another one.
RECORDED_OTHERWISE = {
    ("m_alma_cocal", "weak"): "recorded over the times of both targets, as a copy of the bright one was joined to it",
}


def column(path, name):
    with table(path, ack=False) as t:
        return t.getcol(name)


def channel_frequencies(path):
    with table(f"{path}/SPECTRAL_WINDOW", ack=False) as t:
        return [t.getcell("CHAN_FREQ", row) for row in range(t.nrows())]


def wrap(phase):
    return np.angle(np.exp(1j * phase))


class Truth:
    """The true phases of the set at `path`, for the integrations in which `fields` (ids; None: all) were observed."""

    def __init__(self, path, npz, fields=None):
        known = np.load(npz)
        self.antennas = list(column(f"{path}/ANTENNA", "NAME"))
        self.positions = column(f"{path}/ANTENNA", "POSITION")
        self.windows = list(column(f"{path}/SPECTRAL_WINDOW", "NAME"))
        self.frequencies = np.array([f.mean() for f in channel_frequencies(path)])
        times, observed = column(path, "TIME"), column(path, "FIELD_ID")
        self.times = np.unique(times if fields is None else times[np.isin(observed, fields)])
        pols = 1 if column(f"{path}/POLARIZATION", "NUM_CORR").max() == 1 else 2
        at = np.abs(known["time"][:, None] - self.times).argmin(axis=0)
        scale = self.frequencies / known["ref_hz"]
        # [spw][time][antenna][pol]
        self.phases = (known["phase"][at][None, :, :, None] * scale[:, None, None, None] + known["offset"][:, None])[..., :pols]


# ---- solutions ----

def nearest_good(times, phases, flags, at, how, ratio):
    """The nearest solution that is not flagged, whatever `how` says: the measure of the recorded residuals."""
    out = np.full((len(at), phases.shape[1]), np.nan)
    for pol in range(phases.shape[1]):
        good = np.flatnonzero(~flags[:, pol])
        if len(good):
            out[:, pol] = phases[good[np.abs(times[good][:, None] - at).argmin(axis=0)], pol]
    return out


def as_applied(times, phases, flags, at, how, ratio):
    """CASA's rules: linear between two solutions (PD: scaled with frequency), none where one of them is flagged."""
    after = np.clip(np.searchsorted(times, at), 0, len(times) - 1)
    before = np.where((at < times[after]) & (after > 0), after - 1, after)
    width = times[after] - times[before]
    weight = np.where(width > 0, (at - times[before]) / np.where(width > 0, width, 1), 0)
    if how.startswith("nearest"):
        before = after = np.where(weight > 0.5, after, before)
    tracked = np.unwrap(phases, axis=0) * ratio if how.endswith("PD") else phases
    turn = tracked[after] - tracked[before]
    out = tracked[before] + weight[:, None] * (turn if how.endswith("PD") else wrap(turn))
    out[flags[before] | (flags[after] & (weight > 0)[:, None])] = np.nan
    return out


class Solutions:
    """One calibration table."""

    def __init__(self, path):
        with table(path, ack=False) as t:
            self.time, self.antenna, self.window = (t.getcol(c) for c in ("TIME", "ANTENNA1", "SPECTRAL_WINDOW_ID"))
            self.flag = t.getcol("FLAG")[:, 0]
            self.delays = "FPARAM" in t.colnames()  # in ns; phases then turn with the frequency
            self.values = t.getcol("FPARAM")[:, 0] if self.delays else np.angle(t.getcol("CPARAM"))[:, 0]
        self.antennas = list(column(f"{path}/ANTENNA", "NAME"))
        self.windows = list(column(f"{path}/SPECTRAL_WINDOW", "NAME"))
        channels = channel_frequencies(path)
        self.frequencies = [f.mean() for f in channels]
        self.pivots = [f[len(f) // 2] for f in channels]

    def phases(self, source, frequency):
        if self.delays:
            return 2e-9 * np.pi * self.values * (frequency - self.pivots[source])
        return self.values

    def at(self, truth, window, spwmap, how, rule):
        """[time][antenna][pol] for a true window; nan where there is no solution."""
        out = np.full(truth.phases.shape[1:], np.nan)
        if truth.windows[window] not in self.windows:
            return out
        own = self.windows.index(truth.windows[window])
        source = spwmap[own] if own < len(spwmap) else spwmap[0] if len(spwmap) == 1 else own
        ratio = 1 if self.delays else truth.frequencies[window] / self.frequencies[source]
        phases = self.phases(source, truth.frequencies[window])
        for antenna, name in enumerate(self.antennas):
            rows = np.flatnonzero((self.window == source) & (self.antenna == antenna))
            rows = rows[np.argsort(self.time[rows], kind="stable")]
            if len(rows):
                out[:, truth.antennas.index(name)] = rule(
                    self.time[rows], phases[rows], self.flag[rows], truth.times, how, ratio)
        return out


# ---- what is left ----

def without_reference(phases):
    """Less the mean over antennas of each window, time and polarization, which no baseline sees."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # times without any solution
        return wrap(phases - np.angle(np.nanmean(np.exp(1j * phases), axis=2, keepdims=True)))


def degrees_rms(phases):
    return float(np.degrees(np.sqrt(np.nanmean(phases ** 2)))) if np.isfinite(phases).any() else float("nan")


def left_over(truth, chain, windows, rule):
    left = truth.phases[windows].copy()
    for path, spwmap, how in chain:
        solutions = Solutions(path)
        for k, window in enumerate(windows):
            left[k] -= solutions.at(truth, window, spwmap, how, rule)
    return without_reference(left)


def waves_of(truth, windows):
    """[spw][antenna][2]: wavelengths to the east and to the north."""
    middle = truth.positions.mean(axis=0)
    up = middle / np.linalg.norm(middle)
    east = np.cross([0, 0, 1], up) / np.hypot(*up[:2])
    flat = (truth.positions - middle) @ np.stack([east, np.cross(up, east)], axis=1)
    return flat[None] * truth.frequencies[windows][:, None, None]


def most_alike(waves, steady, reach=3, steps=12):
    """The slope with which the gains of all antennas are most alike, among those of up to so many turns over half the longest way: where
    the brightest of an image stands with these phases. Phases that turn more than once over the array have no other beginning."""
    gains = np.where(np.isfinite(steady), np.exp(1j * steady), 0)
    unit = 2 * np.pi / np.abs(waves).max()
    line = unit * np.arange(-reach * steps, reach * steps + 1) / steps
    east, north = (np.exp(-1j * waves[..., k, None] * line) for k in range(2))  # [spw][antenna][line]
    alike = (np.abs(np.einsum("sap,sax,say->spxy", gains, east, north)) ** 2).sum(axis=(0, 1))
    return line[list(np.unravel_index(alike.argmax(), alike.shape))]


def shift_of(truth, windows, steady):
    """The part of `steady` [spw][antenna][pol] that a shift of the whole sky makes, a plane over the antennas in wavelengths: data
    with it and a model with it agree as well as both without, so that no self-calibration takes it away. And its slope."""
    waves = waves_of(truth, windows)
    begin = most_alike(waves, steady)
    near = wrap(steady - (waves @ begin)[:, :, None])
    solved = np.isfinite(near)
    known = np.where(solved[..., None], waves[:, :, None], np.nan)
    planes = known - np.nanmean(known, axis=1, keepdims=True)
    phases = near - np.nanmean(near, axis=1, keepdims=True)
    slope = begin + np.linalg.lstsq(planes[solved], phases[solved], rcond=None)[0]
    return np.where(solved, planes @ slope, np.nan), slope


def steady_part(left):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # antennas without any solution
        return np.angle(np.nanmean(np.exp(1j * left), axis=1))


def residual(truth, chain, windows=None):
    """Degrees of rms over windows, times, antennas and polarizations, `before` and `after` the chain [(table, spwmap, interp)...],
    and of the part of it that is `variable` in time, each integration with the nearest good solution; what is a `shift` of the sky
    (`shift_before`), its `slope`, and what is left without it, its `own`; the same as `applied` (`own_applied`) by CASA's rules, and the share that is `missing` then, for want of data mostly."""
    windows = list(range(len(truth.windows))) if windows is None else windows
    before = without_reference(truth.phases[windows])
    after = left_over(truth, chain, windows, nearest_good)
    applied = left_over(truth, chain, windows, as_applied)
    steady, steady_applied = steady_part(after), steady_part(applied)
    shift, slope = shift_of(truth, windows, steady)
    own_applied = wrap(applied - shift_of(truth, windows, steady_applied)[0][:, None])
    return {"before": degrees_rms(before), "after": degrees_rms(after), "variable": degrees_rms(wrap(after - steady[:, None])),
            "shift": degrees_rms(shift), "shift_before": degrees_rms(shift_of(truth, windows, steady_part(before))[0]), "slope": slope,
            "own": degrees_rms(wrap(after - shift[:, None])), "own_applied": degrees_rms(own_applied), "applied": degrees_rms(applied), "missing": float(np.isnan(applied).mean())}


# ---- the set without errors ----

def write_ideal(source, npz, out, slope=(0, 0)):
    """A copy of `source` whose DATA are divided by the true gains of their baselines, its sky moved by a slope of phases over the antennas."""
    shutil.copytree(source, out)
    known = np.load(npz)
    planes = waves_of(Truth(source, npz), slice(None)) @ np.asarray(slope)
    frequencies = channel_frequencies(out)
    with table(out, readonly=False, ack=False) as t:
        for dd, spw in enumerate(column(f"{out}/DATA_DESCRIPTION", "SPECTRAL_WINDOW_ID")):
            rows = t.query(f"DATA_DESC_ID == {dd}")
            if rows.nrows() == 0:
                continue
            first, second = rows.getcol("ANTENNA1"), rows.getcol("ANTENNA2")
            at = np.searchsorted(known["time"], rows.getcol("TIME") - 0.01)
            turn = known["phase"][at, first] - known["phase"][at, second]
            moved = planes[spw, first] - planes[spw, second]
            data = rows.getcol("DATA")
            for corr in range(data.shape[2]):
                p, q = divmod(corr, 2) if data.shape[2] == 4 else (corr, corr)
                offset = known["offset"][spw, first, p] - known["offset"][spw, second, q] - moved
                phase = np.outer(turn, frequencies[spw] / known["ref_hz"]) + offset[:, None]
                data[:, :, corr] /= (known["amp"][first, p] * known["amp"][second, q])[:, None] * np.exp(1j * phase)
            rows.putcol("DATA", data)


def truth_of(case_folder, path):
    """The .npz of a set of a recorded case: one for all, or one named after each block."""
    block = os.path.basename(path).removesuffix(".ms").removesuffix("_targets")
    named = f"{case_folder}/truth_{block}.npz"
    return named if os.path.exists(named) else f"{case_folder}/truth.npz"


# ---- the recorded tables ----

def recorded_residuals(case_folder, sets):
    """{(target, name of the set): residual} of what the recorded run applied in the end; `sets` are its MeasurementSets."""
    out = {}
    library = json.load(open(f"{case_folder}/library.json"))
    with tempfile.TemporaryDirectory() as folder:
        if os.path.exists(f"{case_folder}/caltables.tar.gz"):
            subprocess.run(["tar", "-xzf", f"{case_folder}/caltables.tar.gz", "-C", folder], check=True)
        for target, bands in library.items():
            for entry in bands.values():
                for copy in entry["vislist"]:
                    path = next(s for s in sets if os.path.basename(s) == entry["original_vislist_map"][copy])
                    fields = list(entry["sub-fields-fid_map"][copy].values())
                    tables = [f"{folder}/{t}" for t in entry[copy].get("gaintable_final", [])]
                    chain = zip(tables, entry[copy].get("spwmap_final", []), entry[copy].get("applycal_interpolate_final", []))
                    out[target, os.path.basename(path)] = residual(Truth(path, truth_of(case_folder, path), fields), list(chain))
    return out


def compare_recorded(oracles, cases):
    """Our residuals of the recorded tables beside those recorded; true when one differs by more than 0.02 degrees."""
    recorded = json.load(open(f"{oracles}/truth_residuals.json"))
    wrong = 0
    for case in cases or sorted(recorded):
        with tempfile.TemporaryDirectory() as folder:
            ours = recorded_residuals(f"{oracles}/{case}", unpack(oracles, case, folder))
        for key, wanted in recorded.get(case, {}).items():
            target, copy = key.split("|")
            got = next(v for (t, s), v in ours.items() if t == target and s.removesuffix(".ms") in copy)
            theirs = [wanted[k] for k in ("phase_rms_before_deg", "phase_rms_after_deg", "time_variable_part_after_deg")]
            mine = [got[k] for k in ("before", "after", "variable")]
            far = max(abs(a - b) for a, b in zip(mine, theirs)) > 0.02
            why = RECORDED_OTHERWISE.get((case, target), "WRONG") if far else "agree"
            wrong += why == "WRONG"
            print(f"{case} {target}: {' '.join('%.2f' % v for v in mine)}, recorded {' '.join('%.2f' % v for v in theirs)}"
                  f" (as applied {got['applied']:.2f}, {100 * got['missing']:.1f} % flagged): {why}")
    print(f"{wrong} wrong")
    return wrong > 0


if __name__ == "__main__":
    if len(sys.argv) == 5 and sys.argv[1] == "ideal":
        write_ideal(*sys.argv[2:])
    elif len(sys.argv) > 2 and sys.argv[1] == "oracle":
        sys.exit(compare_recorded(sys.argv[2], sys.argv[3:]))
    else:
        sys.exit(__doc__)
