#include "ms/simulate.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "ms/create.h"
#include "ms/simulate_gains.h"
#include "ms/simulate_parts.h"
#include "ms/simulate_round.h"
#include "table/measures.h"
#include <math.h>

typedef struct simulator {
    const cal_scene *scene;
    cal_table *ms;
    int jobs;
    int (*baseline)[2];
    cal_simulate_size size;
    cal_sim_round *round;
    cal_sky **sky;            /* [field][spw] */
    float complex **bandpass; /* by spw, NULL where it is 1 */
    cal_gains *gains;
    cal_frame *frame;
    double (*position)[3];
    cal_sim_scratch **scratch; /* by thread */
} simulator;

static int list_baselines(const cal_scene *scene, int (*baseline)[2])
{
    int count = 0;
    for (int i = 0; i < scene->antennas; i++)
        for (int j = i + !scene->autocorr; j < scene->antennas; j++)
            if (!scene->antenna[i].absent && !scene->antenna[j].absent) {
                if (baseline) {
                    baseline[count][0] = i;
                    baseline[count][1] = j;
                }
                count++;
            }
    return count;
}

cal_simulate_size cal_simulate_measure(const cal_scene *scene)
{
    cal_simulate_size size = {.baselines = list_baselines(scene, NULL)};
    double samples = 0;
    for (int i = 0; i < scene->scans; i++) {
        const cal_scene_scan *scan = &scene->scan[i];
        int64_t rows = (int64_t)scan->integrations * size.baselines;
        size.integrations += scan->integrations;
        size.rows += rows * scan->spws;
        for (int w = 0; w < scan->spws; w++)
            samples +=
                (double)rows * scene->spw[scan->spw[w]].nchan * scene->spw[scan->spw[w]].ncorr;
    }
    const double scalars = 64; /* UVW, WEIGHT, SIGMA, antennas */
    size.data_bytes = samples * 8;
    size.bytes = size.data_bytes * (scene->model ? 2 : 1) +
                 samples * (scene->weight_spectrum ? 4 : 0) + samples / 8 +
                 (double)size.rows * scalars;
    return size;
}

/* ---- set-up ---- */

static cal_sky *new_sky(const cal_scene_field *field, const cal_scene_spw *spw)
{
    double *freq = CAL_NEW_ARRAY(double, spw->nchan);
    for (int k = 0; k < spw->nchan; k++)
        freq[k] = spw->freq + k * spw->width;
    cal_sky *sky =
        cal_sky_new(field->component, field->components, freq, spw->nchan, spw->corr, spw->ncorr);
    free(freq);
    return sky;
}

static void prepare(simulator *sim)
{
    const cal_scene *scene = sim->scene;
    sim->size = cal_simulate_measure(scene);
    sim->baseline = cal_alloc((size_t)sim->size.baselines, sizeof *sim->baseline);
    list_baselines(scene, sim->baseline);
    sim->round = cal_sim_round_new(scene, sim->baseline, sim->size.baselines);
    sim->sky = CAL_NEW_ARRAY(cal_sky *, scene->fields * scene->spws);
    for (int i = 0; i < scene->fields * scene->spws; i++)
        sim->sky[i] = new_sky(&scene->field[i / scene->spws], &scene->spw[i % scene->spws]);
    sim->bandpass = CAL_NEW_ARRAY(float complex *, scene->spws);
    for (int i = 0; i < scene->spws && cal_gains_have_bandpass(scene); i++) {
        sim->bandpass[i] =
            CAL_NEW_ARRAY(float complex, (size_t)scene->antennas * 2 * (size_t)scene->spw[i].nchan);
        cal_gains_bandpass(scene, i, sim->bandpass[i]);
    }
    sim->gains = cal_gains_new(scene);
    sim->position = cal_alloc((size_t)scene->antennas, sizeof *sim->position);
    for (int i = 0; i < scene->antennas; i++)
        for (int k = 0; k < 3; k++)
            sim->position[i][k] = scene->antenna[i].position[k];
    sim->scratch = CAL_NEW_ARRAY(cal_sim_scratch *, sim->jobs);
    for (int i = 0; i < sim->jobs; i++)
        sim->scratch[i] = cal_sim_scratch_new(scene);
}

static void release(simulator *sim)
{
    const cal_scene *scene = sim->scene;
    for (int i = 0; i < scene->fields * scene->spws; i++)
        cal_sky_free(sim->sky[i]);
    for (int i = 0; i < scene->spws; i++)
        free(sim->bandpass[i]);
    for (int i = 0; i < sim->jobs; i++)
        cal_sim_scratch_free(sim->scratch[i]);
    cal_sim_round_free(sim->round);
    cal_gains_free(sim->gains);
    cal_frame_free(sim->frame);
    free(sim->baseline);
    free(sim->sky);
    free(sim->bandpass);
    free(sim->position);
    free(sim->scratch);
}

/* ---- one round ---- */

/* Gains and antennas' UVW of one integration. The UVW are rounded to a micrometre, so that the last bits of trigonometric
 * functions, which differ between machines, do not show. */
static cal_status set_instant(simulator *sim, cal_sim_instant *instant, cal_error *err)
{
    const cal_scene *scene = sim->scene;
    const cal_scene_field *field = &scene->field[scene->scan[instant->scan].field];
    cal_gains_next(sim->gains, instant->time, instant->gain);
    if (cal_frame_set_time(sim->frame, scene->reference_time + instant->time, err) ||
        cal_frame_set_direction(sim->frame, "J2000", field->direction, err) ||
        cal_frame_uvw(sim->frame, scene->antennas, (const double(*)[3])sim->position, instant->uvw,
                      err))
        return err->status;
    for (int i = 0; i < scene->antennas; i++)
        for (int k = 0; k < 3; k++)
            instant->uvw[i][k] = rint(instant->uvw[i][k] * 0x1p20) * 0x1p-20;
    return CAL_OK;
}

static void make_piece(void *user, int item, int worker)
{
    const simulator *sim = user;
    const cal_sim_round *round = sim->round;
    const cal_sim_piece *piece = &round->piece[item];
    const cal_sim_instant *instant = &round->instant[piece->instant];
    const cal_sim_shape *shape = &round->shape[round->shape_of_spw[piece->spw]];
    const size_t first = (size_t)piece->first_in_shape,
                 samples = (size_t)shape->nchan * (size_t)shape->ncorr;
    cal_sim_rows rows = {
        .spw = piece->spw,
        .integration = instant->integration,
        .scan = instant->scan + 1,
        .count = piece->count,
        .baseline = round->baseline + piece->first_baseline,
        .gain = instant->gain,
        .antenna_uvw = (const double(*)[3])instant->uvw,
        .sky = sim->sky[sim->scene->scan[instant->scan].field * sim->scene->spws + piece->spw],
        .data = shape->data + first * samples,
        .model = shape->model ? shape->model + first * samples : NULL,
        .flag = shape->flag + first * samples,
        .flag_row = round->flag_row + piece->first_in_round,
        .weight = shape->weight + first * (size_t)shape->ncorr,
        .sigma = shape->sigma + first * (size_t)shape->ncorr,
        .weight_spectrum = shape->weight_spectrum ? shape->weight_spectrum + first * samples : NULL,
        .uvw = round->uvw + piece->first_in_round,
    };
    cal_sim_fill(sim->scene, &rows, sim->bandpass[piece->spw], sim->scratch[worker]);
}

static cal_status make_rounds(simulator *sim, cal_error *err)
{
    cal_sim_round *round = sim->round;
    cal_status status = CAL_OK;
    while (!status && cal_sim_round_plan(round)) {
        for (int i = round->carried; i < round->instants && !status; i++)
            status = set_instant(sim, &round->instant[i], err);
        if (status)
            break;
        cal_parallel(sim->jobs, round->pieces, make_piece, sim);
        status = cal_sim_round_write(round, sim->ms, err);
        cal_progress_add(sim->size.bytes * (double)round->rows / (double)sim->size.rows);
    }
    return status;
}

cal_status cal_simulate(const cal_scene *scene, const char *path, int jobs, cal_error *err)
{
    simulator sim = {.scene = scene, .jobs = jobs < 1 ? 1 : jobs};
    prepare(&sim);
    unsigned columns = CAL_MS_DATA | (scene->model ? CAL_MS_MODEL : 0) |
                       (scene->weight_spectrum ? CAL_MS_WEIGHT_SPECTRUM : 0);
    cal_status status = cal_frame_new(scene->site, &sim.frame, err);
    if (!status)
        status = cal_ms_create(path, columns, sim.size.rows, &sim.ms, err);
    if (!status)
        status = cal_sim_subtables(scene, sim.ms, err);
    if (!status) {
        cal_progress_start("simulating", "bytes", sim.size.bytes);
        status = make_rounds(&sim, err);
        cal_progress_end();
    }
    cal_status closed = cal_table_close(sim.ms, status ? NULL : err);
    release(&sim);
    return status ? status : closed;
}
