#include "selfcal/original.h"

#include "base/mem.h"
#include "base/number.h"
#include "base/output.h"
#include "ms/meta.h"
#include <ctype.h>
#include <math.h>
#include <string.h>

typedef struct finding {
    const char *from, *folder;
    jv target, block;
    const cal_meta *meta; /* of the original */
    cal_original *o;
} finding;

static char *find_path(const char *from, const char *path)
{
    if (!from || *path == '/' || cal_path_exists(path))
        return cal_copy_text(path);
    return cal_format("%s/%s", from, path);
}

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
static bool find_field(const finding *f, jv sub_field)
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
static cal_status find_fields(const finding *f, cal_error *err)
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
        double middle = spw->nchan ? (spw->freq[0] + spw->freq[spw->nchan - 1]) / 2 : NAN;
        if ((channels && spw->nchan != channels) ||
            strcmp(window_name(spw->name), window_name(name)))
            continue;
        if (fabs(middle - freq) < nearest) {
            nearest = fabs(middle - freq);
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

static cal_status find_copied(const finding *f, jv window, cal_error *err)
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

static double middle_of(const cal_meta *meta, int id)
{
    const cal_spw *spw = &meta->spw[id];
    return spw->nchan ? (spw->freq[0] + spw->freq[spw->nchan - 1]) / 2 : NAN;
}

/* A window that has no continuum is not in the working copy; its lines are corrected all the same, with the solutions of the window that
 * is nearest in frequency. */
static void find_left_out(const finding *f, jv window, int copied)
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

static cal_status find_windows(const finding *f, cal_error *err)
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

/* ---- tables ---- */

/* The window of the table for one of the working copy, and its number in the table that is used. */
static void make_spwmap(const finding *f, cal_original_table *table, jv map)
{
    const cal_original *o = f->o;
    int maps = jv_get_kind(map) == JV_KIND_ARRAY ? jv_array_length(jv_copy(map)) : 0;
    table->spws = f->meta->spws;
    table->spwmap = CAL_NEW_ARRAY(int, table->spws);
    for (int id = 0; id < table->spws; id++)
        table->spwmap[id] = -1;
    for (int i = 0; i < o->spws; i++) {
        int from = o->spw[i].copy;
        if (from < maps) {
            jv item = jv_array_get(jv_copy(map), from);
            from = jv_get_kind(item) == JV_KIND_NUMBER ? (int)jv_number_value(item) : from;
            jv_free(item);
        }
        for (int k = 0; table->renumbered && k < o->spws; k++)
            if (o->spw[k].copy == from) {
                from = o->spw[k].id;
                break;
            }
        table->spwmap[o->spw[i].id] = from;
    }
    for (int id = 0; id < table->spws; id++) /* not selected; but a number must stand there */
        if (table->spwmap[id] < 0)
            table->spwmap[id] = table->spwmap[o->spw[0].id];
}

static char *renumbered_path(const finding *f, const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    size_t length = strlen(name);
    if (length > 4 && !strcmp(name + length - 4, ".tbl"))
        length -= 4;
    if (f->folder)
        return cal_format("%s/%.*s.original.tbl", f->folder, (int)length, name);
    return cal_format("%.*s%.*s.original.tbl", (int)(name - path), path, (int)length, name);
}

/* Are the numbers of the table's windows those of this working copy? A table that another target lent may have others. */
static bool same_windows(const finding *f, const cal_caltable *table)
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

static cal_status add_table(const finding *f, int index, const char *path, cal_error *err)
{
    cal_original *o = f->o;
    cal_original_table *table = &o->table[o->tables++];
    cal_caltable *solutions;
    jv map = cal_json_item_at(f->block, "spwmap_final", index),
       interp = cal_json_item_at(f->block, "applycal_interpolate_final", index);
    *table = (cal_original_table){.path = find_path(f->from, path)};
    table->interp =
        cal_copy_text(jv_get_kind(interp) == JV_KIND_STRING ? jv_string_value(interp) : "linear");
    cal_status status = cal_caltable_read(table->path, &solutions, err);
    if (!status) {
        table->renumbered = !cal_original_same_antennas(solutions, f->meta);
        if (table->renumbered && !same_windows(f, solutions))
            status = cal_fail(err, CAL_INPUT,
                              "%s was lent by a target with other windows, and %s numbers its "
                              "antennas otherwise: put the MeasurementSet that the working copies "
                              "were made of into the state as \"original\"",
                              table->path, o->vis);
        cal_caltable_free(solutions);
        table->use =
            table->renumbered ? renumbered_path(f, table->path) : cal_copy_text(table->path);
        make_spwmap(f, table, map);
    }
    jv_free(map);
    jv_free(interp);
    return status;
}

/* What moved the sky of this block onto that of the first is in the DATA of the working copy. */
static cal_status find_tables(const finding *f, cal_error *err)
{
    jv chain = cal_json_list_at(f->block, "gaintable_final"),
       place = cal_json_at(f->block, "alignment");
    const char *moved = cal_json_text_at(place, "gaintable", NULL);
    f->o->table = CAL_NEW_ARRAY(cal_original_table, 1 + jv_array_length(jv_copy(chain)));
    cal_status status = moved ? add_table(f, -1, moved, err) : CAL_OK;
    jv_free(place);
    jv_array_foreach(chain, i, path)
    {
        if (!status && jv_get_kind(path) == JV_KIND_STRING)
            status = add_table(f, i, jv_string_value(path), err);
        jv_free(path);
    }
    jv_free(chain);
    return status;
}

/* ---- all ---- */

/* The tables correct the column that the copies were made of, and applycal corrects DATA. */
static cal_status check_column(const finding *f, cal_error *err)
{
    jv split = cal_json_at(f->block, "split"), argv = cal_json_list_at(split, "argv");
    bool corrected = false, before = false;
    jv_array_foreach(argv, i, word)
    {
        const char *text = jv_get_kind(word) == JV_KIND_STRING ? jv_string_value(word) : "";
        corrected = corrected || (before && !strcmp(text, "corrected"));
        before = !strcmp(text, "--datacolumn");
        jv_free(word);
    }
    jv_free(argv);
    jv_free(split);
    if (!corrected || !f->o->tables)
        return CAL_OK;
    return cal_fail(err, CAL_INPUT,
                    "%s: the working copies were made of its CORRECTED_DATA, and applycal corrects "
                    "DATA; plan anew from DATA (selfcal-plan --set datacolumn=data), or make an MS "
                    "whose DATA are these (ms-split --datacolumn corrected) and name it in the "
                    "state as \"original\"",
                    f->o->vis);
}

static cal_status find_block(const finding *f, cal_error *err)
{
    cal_status status = find_fields(f, err);
    if (!status)
        status = find_windows(f, err);
    if (!status)
        status = find_tables(f, err);
    if (!status)
        status = check_column(f, err);
    return status;
}

static cal_status add_block(finding *f, cal_originals *all, cal_error *err)
{
    cal_meta *meta;
    all->item = cal_grow(all->item, all->count + 1, sizeof *all->item);
    f->o = &all->item[all->count++];
    *f->o = (cal_original){
        .vis = find_path(f->from, cal_json_text_at(f->block, "original", "")),
        .target = cal_copy_text(cal_json_text_at(f->target, "target", "?")),
        .band = cal_copy_text(cal_json_text_at(f->target, "band", "?")),
        .applymode = cal_copy_text(cal_json_text_at(f->block, "applycal_mode_final", "calflag"))};
    cal_status status = cal_meta_load(f->o->vis, NULL, &meta, err);
    if (status)
        return status;
    f->meta = meta;
    status = find_block(f, err);
    cal_meta_free(meta);
    return status;
}

cal_status cal_originals_find(jv state, const char *from, const char *folder,
                              cal_originals *originals, cal_error *err)
{
    jv targets = cal_json_list_at(state, "targets");
    finding f = {.from = from, .folder = folder};
    cal_status status = CAL_OK;
    if (strncmp(cal_json_text_at(state, "schema", ""), "calutils/selfcal-", 17))
        status = cal_fail(err, CAL_USAGE,
                          "no state of a self-calibration: what selfcal-step prints is wanted");
    jv_array_foreach(targets, i, target)
    {
        jv blocks = cal_json_list_at(target, "vis");
        f.target = target;
        jv_array_foreach(blocks, k, block)
        {
            f.block = block;
            if (!status)
                status = add_block(&f, originals, err);
            jv_free(block);
        }
        jv_free(blocks);
        jv_free(target);
    }
    jv_free(targets);
    return status;
}

void cal_originals_free(cal_originals *originals)
{
    for (int i = 0; i < originals->count; i++) {
        cal_original *o = &originals->item[i];
        for (int k = 0; k < o->tables; k++) {
            free(o->table[k].path);
            free(o->table[k].use);
            free(o->table[k].spwmap);
            free(o->table[k].interp);
        }
        for (int k = 0; k < o->spws; k++)
            free(o->spw[k].continuum);
        free(o->table);
        free(o->spw);
        free(o->field);
        free(o->vis);
        free(o->target);
        free(o->band);
        free(o->applymode);
        cal_words_free(&o->names);
        cal_words_free(&o->notes);
    }
    free(originals->item);
    *originals = (cal_originals){0};
}
