/* Does a table belong to these data? Ids are all that solutions carry, so names are compared here,
 * once. */
#include "base/mem.h"
#include "cal/chain_parts.h"
#include <math.h>
#include <string.h>

static void remark(cal_term *term, char *text)
{
    cal_words_add(&term->warnings, text);
    free(text);
}

static cal_status check_antenna_names(const cal_caltable *table, const cal_meta *meta,
                                      const uint8_t *used, cal_error *err)
{
    for (int a = 0; a < table->meta->antennas; a++) {
        const char *there = table->meta->antenna[a].name;
        const char *here = a < meta->antennas ? meta->antenna[a].name : "not there";
        if (used[a] && strcmp(there, here))
            return cal_fail(err, CAL_INPUT,
                            "%s is a table of other antennas: its antenna %d is %s, that of %s is "
                            "%s; --ignore-names applies it all the same, by antenna id",
                            table->path, a, there, meta->name, here);
    }
    return CAL_OK;
}

static void check_positions(cal_term *term, const cal_meta *meta, const uint8_t *used)
{
    const double moved_m = 1.0;
    const cal_meta *own = term->table->meta;
    int moved = 0, first = -1;
    for (int a = 0; a < own->antennas && a < meta->antennas; a++) {
        const double *p = own->antenna[a].position, *q = meta->antenna[a].position;
        double distance = hypot(hypot(p[0] - q[0], p[1] - q[1]), p[2] - q[2]);
        if (used[a] && distance > moved_m) {
            moved++;
            first = first < 0 ? a : first;
        }
    }
    if (!moved)
        return;
    cal_warn("%s: %d antennas stand elsewhere than in %s (%s is the first); is it of another day?",
             term->table->path, moved, meta->name, own->antenna[first].name);
    remark(term, cal_format("%d antennas stand elsewhere than in the data", moved));
}

/* Fields with solutions whose names are others in the data: of interest where fields are matched
 * by id. */
static void check_fields(cal_term *term, const cal_meta *meta)
{
    const cal_caltable *table = term->table;
    int last = -1;
    for (int64_t row = 0; row < table->rows; row++) {
        int f = table->field[row];
        if (f == last || f < 0 || f >= table->meta->fields)
            continue;
        last = f;
        const char *here = f < meta->fields ? meta->field[f].name : "not there";
        if (!strcmp(here, table->meta->field[f].name))
            continue;
        remark(term, cal_format("field %d is %s in the table and %s in the data", f,
                                table->meta->field[f].name, here));
        return;
    }
}

cal_status cal_term_check(cal_term *term, const cal_meta *meta, bool ignore_names, cal_error *err)
{
    uint8_t *used = cal_caltable_antennas_used(term->table);
    cal_status status = ignore_names ? CAL_OK : check_antenna_names(term->table, meta, used, err);
    if (!status && !ignore_names)
        check_positions(term, meta, used);
    free(used);
    if (status)
        return status;
    check_fields(term, meta);
    if (*term->table->ms_name && strcmp(term->table->ms_name, meta->name))
        remark(term, cal_format("solved from %s", term->table->ms_name));
    if (!term->table->sorted)
        remark(term, cal_copy_text("its rows are not sorted by spw and time; they are sorted here, "
                                   "while CASA applies such a table wrongly"));
    for (int i = 0; i < term->warnings.count; i++)
        cal_note("%s: %s", term->table->path, term->warnings.item[i]);
    return CAL_OK;
}
