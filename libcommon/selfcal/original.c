/* From a state to the tables that apply to the original data: block by block. */
#include "base/mem.h"
#include "base/output.h"
#include "ms/meta.h"
#include "selfcal/original_parts.h"
#include <string.h>

/* ---- tables ---- */

/* The window of the table for one of the working copy, and its number in the table that is used. */
static void make_spwmap(const cal_original_finding *f, cal_original_table *table, jv map)
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

static char *renumbered_path(const cal_original_finding *f, const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    size_t length = strlen(name);
    if (length > 4 && !strcmp(name + length - 4, ".tbl"))
        length -= 4;
    if (f->folder)
        return cal_format("%s/%.*s.original.tbl", f->folder, (int)length, name);
    return cal_format("%.*s%.*s.original.tbl", (int)(name - path), path, (int)length, name);
}

static cal_status add_table(const cal_original_finding *f, int index, const char *path,
                            cal_error *err)
{
    cal_original *o = f->o;
    cal_original_table *table = &o->table[o->tables++];
    cal_caltable *solutions;
    jv map = cal_json_item_at(f->block, "spwmap_final", index),
       interp = cal_json_item_at(f->block, "applycal_interpolate_final", index);
    *table = (cal_original_table){.path = cal_path_from(f->from, path)};
    table->interp =
        cal_copy_text(jv_get_kind(interp) == JV_KIND_STRING ? jv_string_value(interp) : "linear");
    cal_status status = cal_caltable_read(table->path, &solutions, err);
    if (!status) {
        table->renumbered = !cal_original_same_antennas(solutions, f->meta);
        if (table->renumbered && !cal_original_same_windows(f, solutions))
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
static cal_status find_tables(const cal_original_finding *f, cal_error *err)
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
static cal_status check_column(const cal_original_finding *f, cal_error *err)
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

static cal_status find_block(const cal_original_finding *f, cal_error *err)
{
    cal_status status = cal_original_find_fields(f, err);
    if (!status)
        status = cal_original_find_windows(f, err);
    if (!status)
        status = find_tables(f, err);
    if (!status)
        status = check_column(f, err);
    return status;
}

static cal_status add_block(cal_original_finding *f, cal_originals *all, cal_error *err)
{
    cal_meta *meta;
    all->item = cal_grow(all->item, all->count + 1, sizeof *all->item);
    f->o = &all->item[all->count++];
    *f->o = (cal_original){
        .vis = cal_path_from(f->from, cal_json_text_at(f->block, "original", "")),
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
    cal_original_finding f = {.from = from, .folder = folder};
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
