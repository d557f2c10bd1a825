#include "ms/closure.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/number.h"
#include "ms/block.h"
#include <math.h>
#include <string.h>

static const double least_snr = 4;

/* One baseline of a window and a hand in one integration. */
typedef struct side {
    int one, two, dd, field, corr; /* one < two */
    double complex data, model;
    double noise; /* 1 / (S/N)^2 */
} side;

/* The sides of one integration, and those of one window and hand by antennas: place[one * antennas + two], -1 for none. */
typedef struct closing {
    const cal_meta *meta;
    cal_closure *sum;
    side *side;
    int sides, room;
    double time;
    int *place;
} closing;

/* ---- one window and hand of one integration ---- */

static const side *side_of(const closing *c, int one, int two)
{
    int at = c->place[one * c->meta->antennas + two];
    return at < 0 ? NULL : &c->side[at];
}

static void add_phase(cal_closure *sum, const side *ab, const side *bc, const side *ac)
{
    double complex data = ab->data * bc->data * conj(ac->data),
                   model = ab->model * bc->model * conj(ac->model);
    double angle = carg(data * conj(model)), noise = ab->noise + bc->noise + ac->noise;
    sum->phase_squares += angle * angle;
    sum->phase_chi2 += angle * angle / noise;
    sum->phases++;
}

static double log_ratio(const side *s)
{
    return log(cabs(s->data) / cabs(s->model));
}

static void add_amplitude(cal_closure *sum, const side *const up[2], const side *const down[2])
{
    double ratio = log_ratio(up[0]) + log_ratio(up[1]) - log_ratio(down[0]) - log_ratio(down[1]);
    double noise = up[0]->noise + up[1]->noise + down[0]->noise + down[1]->noise;
    sum->amplitude_squares += ratio * ratio;
    sum->amplitude_chi2 += ratio * ratio / noise;
    sum->amplitudes++;
}

/* a < b < c < d: over the other two pairings of the four. */
static void close_four(const closing *c, const int antenna[4])
{
    const side *ab = side_of(c, antenna[0], antenna[1]), *cd = side_of(c, antenna[2], antenna[3]);
    const side *ac = side_of(c, antenna[0], antenna[2]), *bd = side_of(c, antenna[1], antenna[3]);
    const side *ad = side_of(c, antenna[0], antenna[3]), *bc = side_of(c, antenna[1], antenna[2]);
    const side *up[] = {ab, cd};
    if (ab && cd && ac && bd)
        add_amplitude(c->sum, up, (const side *[]){ac, bd});
    if (ab && cd && ad && bc)
        add_amplitude(c->sum, up, (const side *[]){ad, bc});
}

static void close_three(const closing *c, int one, int two, int three)
{
    const side *ab = side_of(c, one, two), *bc = side_of(c, two, three),
               *ac = side_of(c, one, three);
    if (ab && bc && ac)
        add_phase(c->sum, ab, bc, ac);
    for (int four = three + 1; four < c->meta->antennas; four++)
        close_four(c, (const int[]){one, two, three, four});
}

static void close_all(const closing *c)
{
    int antennas = c->meta->antennas;
    for (int one = 0; one < antennas; one++)
        for (int two = one + 1; two < antennas; two++)
            for (int three = two + 1; three < antennas; three++)
                close_three(c, one, two, three);
}

/* ---- one integration ---- */

static bool together(const side *a, const side *b)
{
    return a->dd == b->dd && a->field == b->field && a->corr == b->corr;
}

static int by_window(const void *a, const void *b)
{
    const side *p = a, *q = b;
    return p->dd != q->dd         ? p->dd - q->dd
           : p->field != q->field ? p->field - q->field
           : p->corr != q->corr   ? p->corr - q->corr
           : p->one != q->one     ? p->one - q->one
                                  : p->two - q->two;
}

static void close_integration(closing *c)
{
    size_t cells = (size_t)c->meta->antennas * (size_t)c->meta->antennas;
    if (!c->sides)
        return;
    qsort(c->side, (size_t)c->sides, sizeof *c->side, by_window);
    for (int i = 0, end; i < c->sides; i = end) {
        memset(c->place, 0xff, cells * sizeof *c->place);
        for (end = i; end < c->sides && together(&c->side[i], &c->side[end]); end++)
            c->place[c->side[end].one * c->meta->antennas + c->side[end].two] = end;
        close_all(c);
    }
    c->sides = 0;
}

/* ---- rows ---- */

/* The mean over the channels of one correlation; false where it is too faint, flagged, or without a model. */
static bool average(const cal_block *block, int64_t row, int corr, side *made)
{
    const float *spectrum = block->weight_spectrum;
    double complex data = 0, model = 0;
    double weights = 0;
    for (int chan = 0; chan < block->nchan; chan++) {
        int64_t cell = (row * block->nchan + chan) * block->ncorr + corr;
        double weight = spectrum ? spectrum[cell] : block->weight[row * block->ncorr + corr];
        if (block->flag[cell] || !(weight > 0) || !isfinite(weight))
            continue;
        data += weight * block->data[cell];
        model += weight * block->model[cell];
        weights += weight;
    }
    made->data = data / weights;
    made->model = model / weights;
    made->noise = 1 / (weights * creal(made->data * conj(made->data)));
    return weights > 0 && made->noise <= 1 / (least_snr * least_snr) && cabs(made->model) > 0;
}

static bool is_parallel(int stokes)
{
    return stokes == 1 || stokes == 5 || stokes == 8 || stokes == 9 || stokes == 12;
}

static void add_row(closing *c, const cal_block *block, int64_t row)
{
    const cal_rows *rows = &block->rows;
    const cal_polarization *pol = &c->meta->pol[c->meta->dd[rows->dd[row]].pol];
    int one = rows->antenna1[row], two = rows->antenna2[row];
    bool turned = one > two;
    side made = {.dd = rows->dd[row], .field = rows->field[row]};
    made.one = turned ? two : one;
    made.two = turned ? one : two;
    for (int corr = 0; one != two && corr < block->ncorr; corr++) {
        if (!is_parallel(pol->type[corr]) || !average(block, row, corr, &made))
            continue;
        made.corr = corr;
        if (turned) {
            made.data = conj(made.data);
            made.model = conj(made.model);
        }
        if (c->sides == c->room)
            c->side = cal_grow(c->side, c->room = 2 * c->room + 64, sizeof *c->side);
        c->side[c->sides++] = made;
    }
}

static void add_block(closing *c, const cal_block *block)
{
    for (int64_t i = 0; i < block->rows.count; i++) {
        if (block->rows.flag_row[i])
            continue;
        if (c->sides && block->rows.time[i] != c->time)
            close_integration(c);
        c->time = block->rows.time[i];
        add_row(c, block, i);
    }
}

static cal_status read_rows(cal_table *ms, const cal_selection *selection, closing *c,
                            cal_error *err)
{
    const unsigned what =
        CAL_READ_DATA | CAL_READ_MODEL | CAL_READ_FLAG | CAL_READ_WEIGHT | CAL_READ_WEIGHT_SPECTRUM;
    cal_reader *reader;
    cal_block *block;
    const cal_reader_options options = {.skip = CAL_SKIP_ALL & ~CAL_SKIP_FLAG_ROW};
    cal_status status = cal_reader_open(ms, c->meta, selection, what, &options, &reader, err);
    if (status)
        return status;
    while (!(status = cal_reader_next(reader, &block, err)) && block)
        add_block(c, block);
    close_integration(c);
    cal_reader_close(reader);
    return status;
}

cal_status cal_closure_add(const char *path, const cal_select_text *select, cal_closure *sum,
                           cal_error *err)
{
    cal_selected set;
    cal_status status = cal_selected_open(path, select, &set, err);
    if (!status) {
        closing c = {.meta = set.meta, .sum = sum};
        c.place = CAL_NEW_ARRAY(int, (size_t)set.meta->antennas *(size_t)set.meta->antennas);
        status = read_rows(set.ms, set.selection, &c, err);
        free(c.side);
        free(c.place);
    }
    cal_selected_close(&set);
    return status;
}

/* ---- what came out ---- */

double cal_closure_chi2(const cal_closure *sum)
{
    int64_t count = sum->phases + sum->amplitudes;
    return count ? (sum->phase_chi2 + sum->amplitude_chi2) / (double)count : NAN;
}

double cal_closure_phase_rms(const cal_closure *sum)
{
    return sum->phases ? sqrt(sum->phase_squares / (double)sum->phases) * 180 / CAL_PI : NAN;
}

static double mean(double sum, int64_t count)
{
    return count ? sum / (double)count : NAN;
}

jv cal_closure_json(const cal_closure *sum)
{
    return JV_OBJECT(
        jv_string("chi2"), cal_json_double(cal_closure_chi2(sum)), jv_string("phase_chi2"),
        cal_json_double(mean(sum->phase_chi2, sum->phases)), jv_string("phase_rms_deg"),
        cal_json_double(cal_closure_phase_rms(sum)), jv_string("phases"),
        jv_number((double)sum->phases), jv_string("amplitude_chi2"),
        cal_json_double(mean(sum->amplitude_chi2, sum->amplitudes)), jv_string("amplitude_rms"),
        cal_json_double(sqrt(mean(sum->amplitude_squares, sum->amplitudes))),
        jv_string("amplitudes"), jv_number((double)sum->amplitudes));
}
