/* Numbers of a clean target that are made from its execution blocks. */
#include "base/mem.h"
#include "base/number.h"
#include "selfcal/geometry.h"
#include "selfcal/plan_parts.h"
#include <math.h>
#include <string.h>

static void measure_windows(cal_plan_part *part)
{
    const cal_clean_target *target = part->target;
    double sum = 0, low = INFINITY, high = 0;
    part->effective = CAL_NEW_ARRAY(double, target->spws);
    double *blocks = CAL_NEW_ARRAY(double, target->spws);
    double *first = CAL_NEW_ARRAY(double, target->spws);
    part->lowest = INFINITY;
    for (int b = 0; b < target->blocks; b++)
        for (int i = 0; i < part->copy[b].spws; i++) {
            const cal_copy_spw *spw = &part->copy[b].spw[i];
            part->effective[spw->index] += spw->effective_bw;
            first[spw->index] = blocks[spw->index] ? first[spw->index] : spw->first_freq;
            blocks[spw->index]++;
            part->lowest = fmin(part->lowest, spw->spw->low);
            part->highest = fmax(part->highest, spw->spw->high);
            part->one_pol |= spw->spw->pols == 1;
        }
    int windows = 0;
    for (int i = 0; i < target->spws; i++) {
        if (!blocks[i])
            continue;
        part->effective[i] /= blocks[i];
        part->total += part->effective[i];
        sum += first[i];
        low = fmin(low, first[i]);
        high = fmax(high, first[i]);
        windows++;
    }
    part->freq = sum / windows;
    part->fraction = (high - low) / part->freq;
    free(blocks);
    free(first);
}

static void measure_uv(cal_plan_part *part, const cal_target_block *block)
{
    const cal_dataset *set = &part->set[block->set];
    double(*position)[3] = cal_alloc(set->antennas + 1, sizeof *position);
    int count = 0;
    for (int i = 0; i < set->antennas; i++)
        if (block->in[i])
            memcpy(position[count++], set->antenna[i].position, sizeof *position);
    for (int i = 0; i < block->scans; i++) {
        const cal_plan_scan *scan = &set->scan[block->scan[i]];
        const double at[] = {scan->begin, (scan->begin + scan->end) / 2, scan->end};
        for (int k = 0; k < 3; k++)
            part->largest_uv =
                fmax(part->largest_uv, cal_largest_uv((const double(*)[3])position, count, at[k],
                                                      part->target->field[0].direction));
    }
    free(position);
}

static bool meet(const cal_id_list *a, const cal_id_list *b)
{
    for (int i = 0; i < a->count; i++)
        for (int k = 0; k < b->count; k++)
            if (a->id[i] == b->id[k])
                return true;
    return false;
}

/* Scans that have no window in common with the first one. */
static bool is_spectral_scan(const cal_plan_part *part)
{
    for (int b = 0; b < part->target->blocks; b++) {
        const cal_target_block *block = &part->target->block[b];
        const cal_plan_scan *scan = part->set[block->set].scan;
        for (int i = 1; i < block->scans; i++)
            if (!meet(&scan[block->scan[0]].spws, &scan[block->scan[i]].spws))
                return true;
    }
    return false;
}

static double timebin(const cal_plan_part *part)
{
    double seconds = 0;
    cal_parse_quantity(part->request->settings.timebin, "s", "s", &seconds, NULL);
    return seconds;
}

static void measure_times(cal_plan_part *part)
{
    const cal_clean_target *target = part->target;
    cal_estimate *facts = &part->facts;
    double *time = CAL_NEW_ARRAY(double, target->blocks), *all = NULL, *fields = NULL;
    int count = 0;
    part->antennas = target->block[0].antennas;
    for (int b = 0; b < target->blocks; b++) {
        const cal_target_block *block = &target->block[b];
        time[b] = block->time;
        facts->integration = fmax(facts->integration, fmax(block->integration, timebin(part)));
        part->antennas = block->antennas < part->antennas ? block->antennas : part->antennas;
        all = cal_grow(all, count + block->scans, sizeof *all);
        fields = cal_grow(fields, count + block->scans, sizeof *fields);
        memcpy(all + count, block->duration, block->scans * sizeof *all);
        memcpy(fields + count, block->fields, block->scans * sizeof *fields);
        count += block->scans;
    }
    facts->antennas = part->antennas;
    facts->block = time;
    facts->blocks = target->blocks;
    facts->scan = cal_median(all, count);
    facts->fields_per_scan = cal_median(fields, count);
    free(all);
    free(fields);
}

static double total_time(const cal_plan_part *part)
{
    double sum = 0;
    for (int i = 0; i < part->facts.blocks; i++)
        sum += part->facts.block[i];
    return sum;
}

/* Of the channels that are used; NaN where any is not known. */
static double sum_of_weights(const cal_plan_part *part)
{
    double sum = 0;
    for (int b = 0; b < part->target->blocks; b++) {
        int set = part->target->block[b].set;
        for (int i = 0; i < part->copy[b].spws; i++) {
            const cal_copy_spw *spw = &part->copy[b].spw[i];
            for (int f = 0; f < part->target->fields; f++) {
                const cal_plan_field *field =
                    cal_dataset_field(&part->set[set], part->target->field[f].id[set]);
                for (int k = 0; field && k < field->spws.count; k++)
                    if (field->spws.id[k] == spw->spw->id)
                        sum += field->weight[k] * spw->effective_bw / spw->spw->bandwidth;
            }
        }
    }
    return sum;
}

/* By what the noise of an image at robust 0.5 exceeds that of natural weights, as seen in simulated observations. */
static const double robust_loss = 1.09;

/* Of one pointing, where there are several. By the weights where these can be in 1/Jy^2: a noise of less than a third of what the usual
 * receivers have is none. */
static void expect_noise(cal_plan_part *part)
{
    double pointings = part->target->mosaic ? part->target->fields : 1;
    double sefd = cal_estimate_sefd(part->target->telescope, part->freq);
    double usual = cal_estimate_noise(sefd, part->antennas, part->one_pol ? 1 : 2, part->total,
                                      total_time(part) / pointings);
    double weighed = robust_loss / sqrt(sum_of_weights(part) / pointings);
    bool credible = weighed > 0 && isfinite(weighed) && !(weighed < usual / 3);
    part->noise = credible ? weighed : usual;
    part->noise_from = credible ? "weights" : isnan(usual) ? NULL : "receivers";
}

static void measure_noise(cal_plan_part *part)
{
    const char *name = part->target->name;
    part->noise = cal_per_target_at(&part->request->noise, name);
    part->noise_from = "given";
    if (isnan(part->noise))
        expect_noise(part);
    part->flux = cal_per_target_at(&part->request->flux, name);
    part->facts.snr = cal_per_target_at(&part->request->snr, name);
    if (isnan(part->facts.snr))
        part->facts.snr = part->flux / part->noise;
}

static double spread(const cal_clean_target *target, int axis)
{
    double low = INFINITY, high = -INFINITY;
    for (int i = 0; i < target->fields; i++) {
        double value = target->field[i].direction[axis];
        double from = target->field[0].direction[axis];
        if (axis == 0)
            value = remainder(value - from, 2 * CAL_PI) * cos(target->field[0].direction[1]);
        low = fmin(low, value);
        high = fmax(high, value);
    }
    return target->mosaic ? high - low : 0;
}

static double smallest_dish(const cal_plan_part *part)
{
    double dish = INFINITY;
    for (int b = 0; b < part->target->blocks; b++) {
        const cal_dataset *set = &part->set[part->target->block[b].set];
        for (int i = 0; i < set->antennas; i++)
            if (part->target->block[b].in[i])
                dish = fmin(dish, set->antenna[i].diameter);
    }
    return dish;
}

static void choose_grid(cal_plan_part *part)
{
    const cal_plan_request *request = part->request;
    const cal_selfcal_settings *settings = &request->settings;
    part->cell = request->cell > 0 ? request->cell : cal_plan_cell(part->largest_uv, part->highest);
    double view = cal_field_of_view(part->target->telescope, part->freq, smallest_dish(part));
    double sky[2];
    for (int axis = 0; axis < 2; axis++)
        sky[axis] = settings->scale_fov * view + spread(part->target, axis);
    int most = part->target->mosaic ? 0 : (int)settings->max_imsize;
    for (int axis = 0; axis < 2; axis++)
        part->imsize[axis] = request->imsize[axis] ? request->imsize[axis]
                             : isnan(view)
                                 ? 1024
                                 : cal_plan_size(sky[axis], fmax(sky[0], sky[1]), part->cell, most);
}

void cal_plan_measure(cal_plan_part *part)
{
    measure_windows(part);
    for (int b = 0; b < part->target->blocks; b++)
        measure_uv(part, &part->target->block[b]);
    part->spectral_scan = is_spectral_scan(part);
    measure_times(part);
    measure_noise(part);
    choose_grid(part);
}

double cal_plan_uv_minimum(const cal_plan_part *part)
{
    double sum = 0;
    if (strcmp(part->target->telescope, "EVLA") || part->freq > 12e9 || part->freq < 1e9)
        return NAN;
    for (int b = 0; b < part->target->blocks; b++)
        sum += part->target->block[b].longest;
    return 0.05 * sum / part->target->blocks;
}
