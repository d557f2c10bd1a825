#include "ms/simulate_round.h"
#include "base/mem.h"
#include "ms/simulate_gains.h"

enum { ROUND_BYTES = 16 << 20, MOST_ROWS = 1 << 16 }; /* of DATA in a round */

static size_t samples_of(const cal_sim_shape *shape)
{
    return (size_t)shape->nchan * (size_t)shape->ncorr;
}

/* ---- set-up ---- */

static void find_shapes(cal_sim_round *round)
{
    const cal_scene *scene = round->scene;
    round->shape = CAL_NEW_ARRAY(cal_sim_shape, scene->spws);
    round->shape_of_spw = CAL_NEW_ARRAY(int, scene->spws);
    for (int i = 0; i < scene->spws; i++) {
        const cal_scene_spw *spw = &scene->spw[i];
        int s = 0;
        while (s < round->shapes &&
               (round->shape[s].nchan != spw->nchan || round->shape[s].ncorr != spw->ncorr))
            s++;
        if (s == round->shapes)
            round->shape[round->shapes++] =
                (cal_sim_shape){.nchan = spw->nchan, .ncorr = spw->ncorr};
        round->shape_of_spw[i] = s;
    }
    for (int i = 0; i < scene->scans; i++)
        for (int w = 0; w < scene->scan[i].spws; w++)
            round->shape[round->shape_of_spw[scene->scan[i].spw[w]]].total +=
                (int64_t)scene->scan[i].integrations * round->baselines;
}

/* A round ends with a tile of the widest rows wherever it can. */
static int64_t rows_of_round(const cal_sim_round *round)
{
    size_t most = 1;
    for (int s = 0; s < round->shapes; s++)
        most = samples_of(&round->shape[s]) > most ? samples_of(&round->shape[s]) : most;
    int64_t rows = (int64_t)(ROUND_BYTES / (sizeof(float complex) * most));
    return rows < 1 ? 1 : rows > MOST_ROWS ? MOST_ROWS : rows;
}

cal_sim_round *cal_sim_round_new(const cal_scene *scene, const int (*baseline)[2], int baselines)
{
    cal_sim_round *round = CAL_NEW(cal_sim_round);
    round->scene = scene;
    round->baseline = baseline;
    round->baselines = baselines;
    find_shapes(round);
    size_t rows = (size_t)(round->most_rows = rows_of_round(round));
    round->most_instants = (int)(round->most_rows / baselines) + 2;
    round->most_pieces = round->most_instants * scene->spws;
    round->instant = CAL_NEW_ARRAY(cal_sim_instant, round->most_instants);
    for (int i = 0; i < round->most_instants; i++) {
        round->instant[i].gain =
            CAL_NEW_ARRAY(float complex, CAL_GAIN_INDEX(scene, scene->spws, 0, 0));
        round->instant[i].uvw = cal_alloc((size_t)scene->antennas, sizeof *round->instant[i].uvw);
    }
    round->piece = CAL_NEW_ARRAY(cal_sim_piece, round->most_pieces);
    round->antenna1 = CAL_NEW_ARRAY(int32_t, rows);
    round->antenna2 = CAL_NEW_ARRAY(int32_t, rows);
    round->dd = CAL_NEW_ARRAY(int32_t, rows);
    round->field = CAL_NEW_ARRAY(int32_t, rows);
    round->scan = CAL_NEW_ARRAY(int32_t, rows);
    round->state = CAL_NEW_ARRAY(int32_t, rows);
    round->time = CAL_NEW_ARRAY(double, rows);
    round->uvw = cal_alloc(rows, sizeof *round->uvw);
    round->flag_row = CAL_NEW_ARRAY(uint8_t, rows);
    return round;
}

static void free_shape(cal_sim_shape *shape)
{
    free(shape->row);
    free(shape->data);
    free(shape->model);
    free(shape->weight);
    free(shape->sigma);
    free(shape->weight_spectrum);
    free(shape->flag);
}

void cal_sim_round_free(cal_sim_round *round)
{
    for (int i = 0; i < round->most_instants; i++) {
        free(round->instant[i].gain);
        free(round->instant[i].uvw);
    }
    for (int s = 0; s < round->shapes; s++)
        free_shape(&round->shape[s]);
    free(round->instant);
    free(round->shape);
    free(round->shape_of_spw);
    free(round->piece);
    free(round->antenna1);
    free(round->antenna2);
    free(round->dd);
    free(round->field);
    free(round->scan);
    free(round->state);
    free(round->time);
    free(round->uvw);
    free(round->flag_row);
    free(round);
}

/* ---- planning ---- */

/* Room for the rows of this round, kept for the next ones. */
static void make_room(const cal_scene *scene, cal_sim_shape *shape)
{
    if (shape->count <= shape->room)
        return;
    size_t rows = (size_t)shape->count, samples = rows * samples_of(shape),
           ncorr = (size_t)shape->ncorr;
    int64_t total = shape->total, count = shape->count;
    free_shape(shape);
    *shape = (cal_sim_shape){.nchan = shape->nchan,
                             .ncorr = shape->ncorr,
                             .total = total,
                             .count = count,
                             .room = count};
    shape->row = CAL_NEW_ARRAY(int64_t, rows);
    shape->data = cal_alloc_aligned(samples, sizeof *shape->data);
    shape->model = scene->model ? cal_alloc_aligned(samples, sizeof *shape->model) : NULL;
    shape->weight = CAL_NEW_ARRAY(float, rows *ncorr);
    shape->sigma = CAL_NEW_ARRAY(float, rows *ncorr);
    shape->weight_spectrum = scene->weight_spectrum ? CAL_NEW_ARRAY(float, samples) : NULL;
    shape->flag = CAL_NEW_ARRAY(uint8_t, samples);
}

/* The instant of the next row: the last one of the list, or a new one. */
static int current_instant(cal_sim_round *round)
{
    const cal_scene_scan *scan = &round->scene->scan[round->next.scan];
    if (!round->instants ||
        round->instant[round->instants - 1].integration != round->next.total_integration) {
        cal_sim_instant *instant = &round->instant[round->instants++];
        instant->integration = round->next.total_integration;
        instant->scan = round->next.scan;
        instant->time = scan->start + (round->next.integration + 0.5) * round->scene->integration;
    }
    return round->instants - 1;
}

static void add_piece(cal_sim_round *round, int count)
{
    const cal_scene_scan *scan = &round->scene->scan[round->next.scan];
    int spw = scan->spw[round->next.window], instant = current_instant(round);
    cal_sim_shape *shape = &round->shape[round->shape_of_spw[spw]];
    round->piece[round->pieces++] = (cal_sim_piece){.instant = instant,
                                                    .spw = spw,
                                                    .first_baseline = round->next.baseline,
                                                    .count = count,
                                                    .first_in_shape = shape->count,
                                                    .first_in_round = round->rows};
    for (int i = 0; i < count; i++) {
        int64_t row = round->rows + i;
        round->antenna1[row] = round->baseline[round->next.baseline + i][0];
        round->antenna2[row] = round->baseline[round->next.baseline + i][1];
        round->dd[row] = spw;
        round->field[row] = scan->field;
        round->scan[row] = round->next.scan + 1;
        round->state[row] = scan->state;
        round->time[row] = round->scene->reference_time + round->instant[instant].time;
    }
    shape->count += count;
    round->rows += count;
}

/* Move on by `count` baselines; false at the end of the scene. */
static void advance(cal_sim_round *round, int count)
{
    const cal_scene_scan *scan = &round->scene->scan[round->next.scan];
    round->next.baseline += count;
    if (round->next.baseline < round->baselines)
        return;
    round->next.baseline = 0;
    if (++round->next.window < scan->spws)
        return;
    round->next.window = 0;
    round->next.total_integration++;
    if (++round->next.integration < scan->integrations)
        return;
    round->next.integration = 0;
    round->next.scan++;
}

/* The last instant becomes the first one where its rows go on. */
static void carry_instant(cal_sim_round *round)
{
    int last = round->instants - 1;
    round->carried = last >= 0 && round->instant[last].integration == round->next.total_integration;
    if (round->carried) {
        cal_sim_instant held = round->instant[0];
        round->instant[0] = round->instant[last];
        round->instant[last] = last ? held : round->instant[last];
    }
    round->instants = round->carried;
}

static void list_rows(cal_sim_round *round)
{
    for (int s = 0; s < round->shapes; s++)
        make_room(round->scene, &round->shape[s]);
    for (int i = 0; i < round->pieces; i++) {
        const cal_sim_piece *piece = &round->piece[i];
        int64_t *row = round->shape[round->shape_of_spw[piece->spw]].row + piece->first_in_shape;
        for (int k = 0; k < piece->count; k++)
            row[k] = round->first_row + piece->first_in_round + k;
    }
}

bool cal_sim_round_plan(cal_sim_round *round)
{
    round->first_row += round->rows;
    round->rows = 0;
    round->pieces = 0;
    for (int s = 0; s < round->shapes; s++)
        round->shape[s].count = 0;
    carry_instant(round);
    while (round->rows < round->most_rows && round->next.scan < round->scene->scans) {
        int64_t rest = round->most_rows - round->rows,
                wanted = round->baselines - round->next.baseline;
        int count = (int)(wanted < rest ? wanted : rest);
        add_piece(round, count);
        advance(round, count);
    }
    list_rows(round);
    return round->rows > 0;
}
