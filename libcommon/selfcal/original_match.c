/* Fields and windows of the working copies found again in the data that the copies were made of. */
#include "base/mem.h"
#include "base/number.h"
#include "ms/meta.h"
#include "selfcal/original_parts.h"
#include <ctype.h>
#include <math.h>
#include <string.h>

/* ---- fields ---- */

static double distance(const double direction[2], double ra, double dec)
{
    double east = remainder(direction[0] - ra, 2 * CAL_PI) * cos(dec);
    return hypot(east, direction[1] - dec);
}

static void add_field(cal_original *o, const cal_meta *meta, int id)
{
    for (int i = 0; i < o->fields; i++)
        if (o->field[i] == id)
            return;
    o->field = cal_grow(o->field, o->fields + 1, sizeof *o->field);
    o->field[o->fields++] = id;
    cal_words_add(&o->names, meta->field[id].name);
}

/* By name and direction; else by direction alone (another name in another execution block); else by name alone (it moves). */
static bool find_field(const cal_original_finding *f, jv sub_field)
{
    const double arcsec = CAL_PI / 648000;
    const char *name = cal_json_text_at(sub_field, "name", "");
    double ra = cal_json_number_at(sub_field, "ra_rad", NAN),
           dec = cal_json_number_at(sub_field, "dec_rad", NAN);
    for (int way = 0; way < 3; way++) {
        int before = f->o->fields;
        for (int id = 0; id < f->meta->fields; id++) {
            const cal_field *field = &f->meta->field[id];
            bool near = distance(field->phase_dir, ra, dec) < arcsec,
                 named = !strcmp(field->name, name);
            if (way == 0 ? near && named : way == 1 ? near : named)
                add_field(f->o, f->meta, id);
        }
        if (f->o->fields > before)
            return true;
    }
    return false;
}

static bool has_fid(jv fields, jv sub_field)
{
    bool found = false;
    int fid = (int)cal_json_number_at(sub_field, "fid", -1);
    jv_array_foreach(fields, i, field)
    {
        found = found || (int)cal_json_number_at(field, "fid", -1) == fid;
        jv_free(field);
    }
    return found;
}

/* The target's fields that this execution block has. */
cal_status cal_original_find_fields(const cal_original_finding *f, cal_error *err)
{
    jv subs = cal_json_list_at(f->target, "sub-fields"),
       fields = cal_json_list_at(f->block, "fields");
    cal_status status = CAL_OK;
    jv_array_foreach(subs, i, sub)
    {
        if (!status && has_fid(fields, sub) && !find_field(f, sub))
            status = cal_fail(err, CAL_INPUT, "%s: no field %s, by name or direction", f->o->vis,
                              cal_json_text_at(sub, "name", "?"));
        jv_free(sub);
    }
    jv_free(subs);
    jv_free(fields);
    if (!status && !f->o->fields)
        status = cal_fail(err, CAL_INPUT, "%s: the state names no field of it", f->o->vis);
    return status;
}

/* ---- windows ---- */

/* Without ALMA's number of the execution block, "X0000000002#". */
static const char *window_name(const char *name)
{
    const char *end = name;
    if (*end == 'X')
        for (end++; isalnum((unsigned char)*end); end++)
            ;
    return end > name + 1 && *end == '#' ? end + 1 : name;
}

static double middle_of(const cal_meta *meta, int id)
{
    const cal_spw *spw = &meta->spw[id];
    return spw->nchan ? (spw->freq[0] + spw->freq[spw->nchan - 1]) / 2 : NAN;
}

/* The window of this name nearest to a frequency, within its bandwidth and what the Earth's motion does between two observations (twice
 * 30 km/s); -1: none. */
static int find_window(const cal_meta *meta, const char *name, int channels, double freq,
                       double bandwidth)
{
    const double motion = 2e-4;
    int best = -1;
    double nearest = bandwidth / 2 + motion * freq;
    for (int id = 0; id < meta->spws; id++) {
        const cal_spw *spw = &meta->spw[id];
        double away = fabs(middle_of(meta, id) - freq);
        if ((channels && spw->nchan != channels) ||
            strcmp(window_name(spw->name), window_name(name)))
            continue;
        if (away < nearest) {
            nearest = away;
            best = id;
        }
    }
    return best;
}

static void add_window(cal_original *o, int id, int copy, const char *continuum)
{
    o->spw = cal_grow(o->spw, o->spws + 1, sizeof *o->spw);
    o->spw[o->spws++] = (cal_original_spw){id, copy, cal_copy_text(continuum)};
}

/* The entry of the working copy for a window of the target; null where it has none. */
static jv window_of_copy(jv block, int number)
{
    jv list = cal_json_list_at(block, "spws"), found = jv_null();
    jv_array_foreach(list, i, entry)
    {
        if ((int)cal_json_number_at(entry, "spw", -1) == number) {
            jv_free(found);
            found = jv_copy(entry);
        }
        jv_free(entry);
    }
    jv_free(list);
    return found;
}

static cal_status find_copied(const cal_original_finding *f, jv window, cal_error *err)
{
    jv entry = window_of_copy(f->block, (int)cal_json_number_at(window, "spw", -1));
    cal_status status = CAL_OK;
    if (jv_get_kind(entry) == JV_KIND_OBJECT) {
        const char *name = cal_json_text_at(entry, "name", "");
        double freq = cal_json_number_at(window, "frequency_hz", NAN);
        int id = find_window(f->meta, name, (int)cal_json_number_at(entry, "channels_orig", 0),
                             freq, cal_json_number_at(window, "bandwidth_hz", 0));
        if (id < 0)
            status =
                cal_fail(err, CAL_INPUT, "%s: no window %s at %.6g GHz as in the working copy %s",
                         f->o->vis, name, freq / 1e9, cal_json_text_at(f->block, "vis", "?"));
        else
            add_window(f->o, id, (int)cal_json_number_at(entry, "id", -1),
                       cal_json_text_at(entry, "continuum", NULL));
    }
    jv_free(entry);
    return status;
}

/* A window that has no continuum is not in the working copy; its lines are corrected all the same, with the solutions of the window that
 * is nearest in frequency. */
static void find_left_out(const cal_original_finding *f, jv window, int copied)
{
    jv entry = window_of_copy(f->block, (int)cal_json_number_at(window, "spw", -1));
    bool left_out = jv_get_kind(entry) != JV_KIND_OBJECT;
    jv_free(entry);
    const char *name = cal_json_text_at(window, "name", "");
    int id = left_out
                 ? find_window(f->meta, name, 0, cal_json_number_at(window, "frequency_hz", NAN),
                               cal_json_number_at(window, "bandwidth_hz", 0))
                 : -1;
    int best = -1;
    for (int i = 0; id >= 0 && i < copied; i++)
        if (best < 0 || fabs(middle_of(f->meta, f->o->spw[i].id) - middle_of(f->meta, id)) <
                            fabs(middle_of(f->meta, f->o->spw[best].id) - middle_of(f->meta, id)))
            best = i;
    if (best < 0)
        return;
    char *note =
        cal_format("spw %d %s is not in the working copy: it gets the solutions of spw %d, "
                   "the nearest in frequency",
                   id, name, f->o->spw[best].id);
    cal_words_add(&f->o->notes, note);
    free(note);
    add_window(f->o, id, f->o->spw[best].copy, NULL);
}

static int by_id(const void *a, const void *b)
{
    return ((const cal_original_spw *)a)->id - ((const cal_original_spw *)b)->id;
}

cal_status cal_original_find_windows(const cal_original_finding *f, cal_error *err)
{
    jv windows = cal_json_list_at(f->target, "spws");
    cal_status status = CAL_OK;
    jv_array_foreach(windows, i, window)
    {
        if (!status)
            status = find_copied(f, window, err);
        jv_free(window);
    }
    int copied = f->o->spws;
    jv_array_foreach(windows, i, window)
    {
        if (!status)
            find_left_out(f, window, copied);
        jv_free(window);
    }
    jv_free(windows);
    if (!status && !copied)
        status = cal_fail(err, CAL_INPUT, "%s: the state names no window of it", f->o->vis);
    if (!status)
        qsort(f->o->spw, (size_t)f->o->spws, sizeof *f->o->spw, by_id);
    return status;
}

bool cal_original_same_windows(const cal_original_finding *f, const cal_caltable *table)
{
    jv list = cal_json_list_at(f->block, "spws");
    bool same = true;
    jv_array_foreach(list, i, window)
    {
        int id = (int)cal_json_number_at(window, "id", -1);
        same = same && id >= 0 && id < table->meta->spws &&
               !strcmp(window_name(table->meta->spw[id].name),
                       window_name(cal_json_text_at(window, "name", "")));
        jv_free(window);
    }
    jv_free(list);
    return same;
}
