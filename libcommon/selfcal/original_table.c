/* A table of a working copy with the ids of the original. */
#include "base/mem.h"
#include "base/output.h"
#include "selfcal/original.h"
#include <string.h>

typedef struct renumbering {
    cal_caltable *table;
    const cal_meta *meta;       /* of the original */
    int *antenna, *field, *spw; /* new ids, -1: not there */
} renumbering;

bool cal_original_same_antennas(const cal_caltable *table, const cal_meta *meta)
{
    uint8_t *used = cal_caltable_antennas_used(table);
    bool same = true;
    for (int a = 0; a < table->meta->antennas && same; a++)
        same = !used[a] ||
               (a < meta->antennas && !strcmp(table->meta->antenna[a].name, meta->antenna[a].name));
    free(used);
    return same;
}

static int find_antenna(const cal_meta *meta, const char *name)
{
    for (int a = 0; a < meta->antennas; a++)
        if (!strcmp(meta->antenna[a].name, name))
            return a;
    return -1;
}

static cal_status number_antennas(renumbering *r, cal_error *err)
{
    const cal_meta *own = r->table->meta;
    uint8_t *used = cal_caltable_antennas_used(r->table);
    cal_status status = CAL_OK;
    r->antenna = CAL_NEW_ARRAY(int, own->antennas);
    for (int a = 0; a < own->antennas; a++) {
        r->antenna[a] = find_antenna(r->meta, own->antenna[a].name);
        if (used[a] && r->antenna[a] < 0 && !status)
            status = cal_fail(err, CAL_INPUT, "%s has solutions of %s, an antenna that %s has not",
                              r->table->path, own->antenna[a].name, r->meta->name);
    }
    free(used);
    return status;
}

static void number_fields(renumbering *r, const cal_original *original)
{
    const cal_meta *own = r->table->meta;
    r->field = CAL_NEW_ARRAY(int, own->fields);
    for (int f = 0; f < own->fields; f++) {
        r->field[f] = original->field[0];
        for (int id = 0; id < r->meta->fields; id++)
            if (!strcmp(own->field[f].name, r->meta->field[id].name)) {
                r->field[f] = id;
                break;
            }
    }
}

/* Windows of the copy that several of the original were given stand at the first of these. */
static void number_windows(renumbering *r, const cal_original *original)
{
    r->spw = CAL_NEW_ARRAY(int, r->table->spws);
    for (int s = 0; s < r->table->spws; s++) {
        r->spw[s] = -1;
        for (int i = 0; i < original->spws && r->spw[s] < 0; i++)
            if (original->spw[i].copy == s)
                r->spw[s] = original->spw[i].id;
    }
}

static double *one_value(double value)
{
    double *cell = CAL_NEW(double);
    *cell = value;
    return cell;
}

/* One row for each window of the original; those without solutions say so. */
static void rebuild_windows(renumbering *r)
{
    cal_caltable *t = r->table;
    cal_caltable_spw *made = CAL_NEW_ARRAY(cal_caltable_spw, r->meta->spws);
    for (int id = 0; id < r->meta->spws; id++) {
        const cal_spw *spw = &r->meta->spw[id];
        made[id] = (cal_caltable_spw){.nchan = 1, .absent = true};
        made[id].freq =
            one_value(spw->nchan ? (spw->freq[0] + spw->freq[spw->nchan - 1]) / 2 : spw->ref_freq);
        made[id].width = one_value(spw->total_bandwidth);
    }
    for (int s = 0; s < t->spws; s++) {
        cal_caltable_spw *to = r->spw[s] >= 0 ? &made[r->spw[s]] : NULL, *old = &t->spw[s];
        if (to) {
            free(to->freq);
            free(to->width);
            *to = *old;
        } else {
            free(old->freq);
            free(old->width);
            free(old->effective_bw);
        }
    }
    free(t->spw);
    t->spw = made;
    t->spws = r->meta->spws;
}

/* Rows of antennas or windows that the original has not are flagged altogether: they are left out. */
static void renumber_rows(renumbering *r)
{
    cal_caltable *t = r->table;
    int64_t kept = 0;
    for (int64_t i = 0; i < t->rows; i++) {
        int antenna = t->antenna1[i] < 0 ? -1 : r->antenna[t->antenna1[i]],
            spw = t->spw_id[i] < 0 || t->spw_id[i] >= t->spws ? -1 : r->spw[t->spw_id[i]];
        if (antenna < 0 || spw < 0)
            continue;
        t->antenna1[kept] = antenna;
        t->antenna2[kept] = t->antenna2[i] < 0 ? t->antenna2[i] : r->antenna[t->antenna2[i]];
        t->spw_id[kept] = spw;
        t->field[kept] = t->field[i] < 0 ? t->field[i] : r->field[t->field[i]];
        t->scan[kept] = t->scan[i];
        t->observation[kept] = t->observation[i];
        t->time[kept] = t->time[i];
        t->interval[kept] = t->interval[i];
        t->npar[kept] = t->npar[i];
        t->nchan[kept] = t->nchan[i];
        t->offset[kept++] = t->offset[i];
    }
    t->rows = kept;
}

static cal_status write_table(const cal_caltable *table, const cal_table *ms, const char *path,
                              cal_error *err)
{
    cal_output *out;
    if (cal_output_begin(path, true, &out, err))
        return err->status;
    cal_status status = cal_caltable_write(table, ms, cal_output_path(out), err);
    if (!status)
        return cal_output_commit(out, err);
    cal_output_abandon(out);
    return status;
}

cal_status cal_original_renumber(const cal_original *original, const cal_original_table *table,
                                 cal_error *err)
{
    cal_table *ms;
    cal_meta *meta;
    renumbering r = {0};
    if (cal_meta_load(original->vis, &ms, &meta, err))
        return err->status;
    r.meta = meta;
    cal_status status = cal_caltable_read(table->path, &r.table, err);
    if (!status && !(status = number_antennas(&r, err))) {
        number_fields(&r, original);
        number_windows(&r, original);
        renumber_rows(&r);
        rebuild_windows(&r);
        free(r.table->ms_name);
        r.table->ms_name = cal_copy_text(meta->name);
        status = write_table(r.table, ms, table->use, err);
    }
    cal_caltable_free(r.table);
    free(r.antenna);
    free(r.field);
    free(r.spw);
    cal_meta_free(meta);
    cal_table_close(ms, NULL);
    return status;
}
