/* Seeded: sets of data with gaps in their ids, mosaics, fields of several intents and sets of one field; parts of them; calibrations. */
#ifndef CAL_FUZZ_CALLIB_RANDOM_H
#define CAL_FUZZ_CALLIB_RANDOM_H

#include "base/mem.h"
#include "callib/library.h"

static uint64_t random_state;

static inline uint64_t random_bits(void)
{
    uint64_t z = random_state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static inline int random_below(int end)
{
    return random_bits() % end;
}

static inline bool chance(int of_100)
{
    return random_below(100) < of_100;
}

/* ---- a set ---- */

/* With ids left out now and then, but not the last. */
static inline cal_axis random_axis(const char *format, int most, int gaps)
{
    cal_axis axis = {.size = 1 + random_below(most)};
    axis.name = CAL_NEW_ARRAY(char *, axis.size);
    axis.all = cal_idset_make(axis.size);
    for (int id = 0; id < axis.size; id++) {
        if (id + 1 < axis.size && chance(gaps))
            continue;
        axis.name[id] = cal_format(format, id);
        cal_idset_add(&axis.all, id);
    }
    return axis;
}

static inline cal_axis random_intents(void)
{
    static const char *const name[] = {"AMPLITUDE", "BANDPASS", "PHASE", "TARGET"};
    cal_axis axis = {.size = 1 + random_below(4)};
    axis.name = CAL_NEW_ARRAY(char *, axis.size);
    axis.all = cal_idset_make(axis.size);
    for (int id = 0; id < axis.size; id++) {
        axis.name[id] = cal_copy_text(name[id]);
        cal_idset_add(&axis.all, id);
    }
    return axis;
}

/* Which intents each (spw, field) has: by field, in a mosaic the same for the later half of them; some spws lack some. */
static inline void random_triples(cal_vis *vis)
{
    int fields = vis->field.size, intents = vis->intent.size, holes = random_below(3) * 15;
    bool mosaic = chance(30);
    vis->triples = 0;
    unsigned *of_field = CAL_NEW_ARRAY(unsigned, fields);
    for (int f = 0; f < fields; f++)
        of_field[f] = mosaic && f > fields / 2 ? 1u << (intents - 1)
                      : chance(70)             ? 1u << random_below(intents)
                                               : 1u + random_below((1 << intents) - 1);
    vis->first = CAL_NEW_ARRAY(int, vis->spw.size *fields + 1);
    vis->triple = CAL_NEW_ARRAY(cal_triple, vis->spw.size * fields * intents);
    for (CAL_IDS(s, &vis->spw.all))
        for (int f = 0; f < fields; f++) {
            for (int i = 0; vis->field.name[f] && i < intents; i++)
                if (of_field[f] >> i & 1 && !chance(holes))
                    vis->triple[vis->triples++] = (cal_triple){s, f, i};
        }
    for (int place = 0, t = 0; place < vis->spw.size * fields; place++) {
        while (t < vis->triples && vis->triple[t].spw * fields + vis->triple[t].field <= place)
            t++;
        vis->first[place + 1] = t;
    }
    free(of_field);
}

/* An OBS_MODE for each intent: where one means several, CASA's text speaks of rows and cannot tell the intents apart. */
static inline void random_obs_modes(cal_vis *vis)
{
    static const char *const text[] = {"CALIBRATE_FLUX#ON_SOURCE", "CALIBRATE_BANDPASS#ON_SOURCE",
                                       "CALIBRATE_PHASE#ON_SOURCE", "OBSERVE_TARGET#ON_SOURCE"};
    vis->obs_modes = vis->intent.size;
    vis->obs_mode = CAL_NEW_ARRAY(cal_obs_mode, vis->obs_modes);
    for (int i = 0; i < vis->obs_modes; i++) {
        vis->obs_mode[i] = (cal_obs_mode){cal_copy_text(text[i]), cal_idset_make(vis->intent.size)};
        cal_idset_add(&vis->obs_mode[i].intent, i);
    }
}

static inline bool all_intents_used(const cal_vis *vis)
{
    unsigned used = 0;
    for (int t = 0; t < vis->triples; t++)
        used |= 1u << vis->triple[t].intent;
    return used == (1u << vis->intent.size) - 1;
}

static inline cal_vis *random_vis(const char *name)
{
    cal_vis *vis = CAL_NEW(cal_vis);
    vis->name = cal_copy_text(name);
    vis->path = cal_format("/data/%s", name);
    vis->telescope = cal_copy_text("ALMA");
    vis->antenna = random_axis("DA%02d", chance(10) ? 70 : 5, 15);
    vis->spw = random_axis("spw %d", 4, 20);
    vis->field = random_axis(chance(10) ? "twin" : "F%d", chance(20) ? 1 : 6, 10);
    vis->intent = random_intents();
    for (random_triples(vis); !all_intents_used(vis); random_triples(vis)) {
        free(vis->first);
        free(vis->triple);
    }
    random_obs_modes(vis);
    return vis;
}

/* ---- parts of it ---- */

static inline cal_idset random_ids(const cal_idset *all)
{
    cal_idset ids = cal_idset_copy(all);
    int kind = random_below(100), one = random_below(all->size);
    if (kind < 40)
        return ids;
    for (CAL_IDS(id, all))
        if (kind < 60 ? id != one : kind < 75 ? id < one : chance(50))
            ids.word[id / 64] &= ~((uint64_t)1 << (id % 64));
    return ids;
}

static bool whole_arrays; /* antennas are not told apart */

static inline cal_box random_box(const cal_vis *vis)
{
    return (cal_box){
        whole_arrays ? cal_idset_copy(&vis->antenna.all) : random_ids(&vis->antenna.all),
        random_ids(&vis->spw.all), random_ids(&vis->field.all), random_ids(&vis->intent.all)};
}

static inline cal_regions random_regions(const cal_library *library)
{
    cal_regions regions = {0};
    for (int vis = 0; vis < library->viss; vis++)
        if (chance(85))
            cal_regions_add(&regions, vis, random_box(library->vis[vis]));
    return regions;
}

/* ---- calibrations ---- */

enum { RANDOM_CALIBRATIONS = 6 };

/* The same few each time: tables, one of them on two sets of terms; number[i] in the library. */
static inline void make_calibrations(cal_library *library, int number[RANDOM_CALIBRATIONS])
{
    static int pairs[] = {0, 0, 2, 2}, first[] = {0, 0, 0, 0};
    static const struct {
        const char *gaintable, *gainfield, *interp;
        int *spwmap; /* as long as there are spws: CASA's text has no shorter ones */
        bool calwt;
    } all[RANDOM_CALIBRATIONS] = {
        {"a.bcal.tbl", "", "linear,linear", NULL, true},
        {"b.gcal.tbl", "", "linear", NULL, true},
        {"b.gcal.tbl", "", "linear", NULL, false},
        {"c.tsys.tbl", "nearest", "linear,linear", pairs, true},
        {"c.tsys.tbl", "nearest", "linear,linear", first, true},
        {"d.bcal.tbl", "0", "nearest,linear", NULL, false},
    };
    for (int i = 0; i < RANDOM_CALIBRATIONS; i++) {
        cal_calibration c = {(char *)all[i].gaintable, (char *)all[i].gainfield,
                             (char *)all[i].interp,    all[i].spwmap,
                             all[i].spwmap ? 4 : 0,    all[i].calwt};
        number[i] = cal_library_calibration(library, &c);
    }
}

#endif
