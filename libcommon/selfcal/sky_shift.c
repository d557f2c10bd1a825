#include "selfcal/sky_shift.h"

#include "base/mem.h"
#include "base/number.h"
#include "base/output.h"
#include "base/text.h"
#include "cal/caltable.h"
#include "table/measures.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double step = 60; /* s between solutions: the Earth turns by a quarter of a degree */

typedef struct shifting {
    cal_table *ms;
    cal_meta *meta;
    int field;
    double east, north;
    double *time; /* [times] */
    int times;
    cal_caltable *table;
} shifting;

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The first and the last of each run of data, and one a minute between. */
static cal_status choose_times(shifting *s, cal_error *err)
{
    int64_t rows = cal_table_rows(s->ms);
    s->time = CAL_NEW_ARRAY(double, rows);
    if (cal_table_get(s->ms, "TIME", CAL_TYPE_DOUBLE, cal_span_range(0, rows), s->time, err))
        return err->status;
    qsort(s->time, (size_t)rows, sizeof *s->time, by_value);
    for (int64_t i = 0; i < rows; i++) {
        double now = s->time[i];
        bool due = !s->times || now - s->time[s->times - 1] >= step;
        bool last = i + 1 == rows || s->time[i + 1] - now >= step;
        if (due || (last && now > s->time[s->times - 1]))
            s->time[s->times++] = now;
    }
    return CAL_OK;
}

static double middle(const cal_spw *spw)
{
    return spw->nchan ? (spw->freq[0] + spw->freq[spw->nchan - 1]) / 2 : spw->ref_freq;
}

static void describe_windows(shifting *s)
{
    for (int i = 0; i < s->table->spws; i++) {
        cal_caltable_spw *to = &s->table->spw[i];
        to->nchan = 1;
        to->freq = CAL_NEW(double);
        to->width = CAL_NEW(double);
        *to->freq = middle(&s->meta->spw[i]);
        *to->width = s->meta->spw[i].total_bandwidth;
    }
}

static void set_row(const shifting *s, int64_t row, int spw, int time, int antenna,
                    const double uvw[3])
{
    cal_caltable *t = s->table;
    double turns =
        (uvw[0] * s->east + uvw[1] * s->north) * middle(&s->meta->spw[spw]) / CAL_LIGHT_SPEED;
    t->time[row] = s->time[time];
    t->field[row] = s->field;
    t->scan[row] = -1;
    t->spw_id[row] = spw;
    t->antenna1[row] = antenna;
    t->antenna2[row] = -1;
    t->npar[row] = 2;
    t->nchan[row] = 1;
    t->offset[row] = 2 * row;
    for (int k = 0; k < 2; k++) {
        t->cpar[2 * row + k] = (float complex)cexp(2 * CAL_PI * I * turns);
        t->snr[2 * row + k] = 1;
    }
}

static cal_status fill(shifting *s, cal_frame *frame, cal_error *err)
{
    const cal_meta *meta = s->meta;
    const cal_field *field = &meta->field[s->field];
    int antennas = meta->antennas;
    double(*position)[3] = cal_alloc(antennas, sizeof *position);
    double(*uvw)[3] = cal_alloc(antennas, sizeof *uvw);
    cal_status status = CAL_OK;
    for (int a = 0; a < antennas; a++)
        memcpy(position[a], meta->antenna[a].position, sizeof *position);
    for (int i = 0; i < s->times && !status; i++) {
        status = cal_frame_set_time(frame, s->time[i], err);
        if (!status)
            status = cal_frame_set_direction(frame, field->frame, field->phase_dir, err);
        if (!status)
            status = cal_frame_uvw(frame, antennas, (const double(*)[3])position, uvw, err);
        for (int k = 0; k < meta->spws * antennas && !status; k++) {
            int spw = k / antennas, antenna = k % antennas;
            int64_t row = ((int64_t)spw * s->times + i) * antennas + antenna;
            set_row(s, row, spw, i, antenna, uvw[antenna]);
        }
    }
    free(position);
    free(uvw);
    return status;
}

static cal_status make_table(shifting *s, cal_error *err)
{
    cal_frame *frame = NULL;
    cal_status status = choose_times(s, err);
    if (!status)
        status = cal_frame_new(s->meta->antenna[0].position, &frame, err);
    if (status)
        return status;
    int64_t rows = (int64_t)s->meta->spws * s->times * s->meta->antennas;
    s->table = cal_caltable_make("G Jones", true, s->meta->spws, rows, 2 * rows);
    s->table->ms_name = cal_basename(s->meta->path);
    describe_windows(s);
    status = fill(s, frame, err);
    cal_frame_free(frame);
    return status;
}

static cal_status write_table(const shifting *s, const char *path, cal_error *err)
{
    cal_output *out;
    cal_status status = cal_output_begin(path, true, &out, err);
    if (status)
        return status;
    status = cal_caltable_write(s->table, s->ms, cal_output_path(out), err);
    if (!status)
        return cal_output_commit(out, err);
    cal_output_abandon(out);
    return status;
}

cal_status cal_sky_shift_write(const char *vis, int field, double east, double north,
                               const char *path, cal_error *err)
{
    shifting s = {.field = field, .east = east, .north = north};
    cal_status status = cal_meta_load(vis, &s.ms, &s.meta, err);
    if (status)
        return status;
    status = make_table(&s, err);
    if (!status)
        status = write_table(&s, path, err);
    cal_caltable_free(s.table);
    free(s.time);
    cal_meta_free(s.meta);
    cal_table_close(s.ms, NULL);
    return status;
}
