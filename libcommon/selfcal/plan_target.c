/* What the plan says of a clean target as a whole and of its part in each execution block. */
#include "base/mem.h"
#include "base/number.h"
#include "selfcal/geometry.h"
#include "selfcal/names.h"
#include "selfcal/plan_parts.h"
#include "selfcal/refants.h"
#include "selfcal/thresholds.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static const double arcsec = CAL_PI / 180 / 3600;

/* ---- the whole ---- */

static int baseline_lengths(const cal_plan_part *part, double **length)
{
    int count = 0;
    *length = NULL;
    for (int b = 0; b < part->target->blocks; b++) {
        const cal_target_block *block = &part->target->block[b];
        const cal_dataset *set = &part->set[block->set];
        *length = cal_grow(*length, count + set->antennas * set->antennas, sizeof **length);
        for (int i = 0; i < set->antennas; i++)
            for (int k = 0; block->in[i] && k < i; k++) {
                const double *p = set->antenna[i].position, *q = set->antenna[k].position;
                if (block->in[k])
                    (*length)[count++] =
                        sqrt((p[0] - q[0]) * (p[0] - q[0]) + (p[1] - q[1]) * (p[1] - q[1]) +
                             (p[2] - q[2]) * (p[2] - q[2]));
            }
    }
    return count;
}

static bool fast_mosaic(const cal_plan_part *part)
{
    return part->target->mosaic && part->facts.scan / part->facts.fields_per_scan < 60;
}

static jv cyclefactor(const cal_plan_part *part, double long_baselines)
{
    bool careful =
        !strcmp(part->target->telescope, "EVLA") || fast_mosaic(part) || long_baselines > 2000;
    return jv_number(careful ? 3 : 1);
}

/* CASA's name for how sky curvature and pointings are dealt with; an imager that has other ways takes its own. */
static const char *gridder(const cal_plan_part *part)
{
    if (part->target->mosaic)
        return "mosaic";
    return !strcmp(part->target->telescope, "EVLA") && part->freq < 4e9 ? "wproject" : "standard";
}

static void add_scales(const cal_plan_part *part, jv *object)
{
    double *length;
    int count = baseline_lengths(part, &length);
    bool relative = !strcmp(part->target->telescope, "EVLA");
    bool vlba = !strcmp(part->target->telescope, "VLBA");
    double long_baselines = cal_percentile(length, count, 75);
    double scale = vlba ? 0 : cal_largest_scale(length, count, relative, part->freq) / arcsec;
    cal_json_set(object, "75thpct_uv", cal_json_double(long_baselines));
    cal_json_set(object, "LAS", cal_json_double(scale));
    cal_json_set(object, "cyclefactor", cyclefactor(part, long_baselines));
    free(length);
}

static void add_uvrange(const cal_plan_part *part, jv *object)
{
    double least = cal_plan_uv_minimum(part);
    char text[40] = "";
    const char *wish = part->request->settings.uvrange;
    if (!isnan(least))
        snprintf(text, sizeof text, ">%.2fm", least);
    cal_json_set(object, "uvrange", jv_string(*wish ? wish : text));
}

static void add_interp(const cal_plan_part *part, jv *object)
{
    const char *wish = part->request->settings.applycal_interp;
    cal_json_set(object, "applycal_interp",
                 jv_string(*wish               ? wish
                           : part->freq > 12e9 ? "linearPD"
                                               : "linear"));
}

static double robust(const cal_plan_part *part)
{
    bool vlba = !strcmp(part->target->telescope, "VLBA");
    return vlba ? 2 : part->request->settings.robust;
}

static void add_cleaning(const cal_plan_part *part, jv *object)
{
    const char *telescope = part->target->telescope;
    bool alma = !strcmp(telescope, "ALMA") || !strcmp(telescope, "ACA");
    double modifier =
        cal_dynamic_range_modifier(telescope, part->target->blocks, part->flux / part->noise);
    int nterms = part->request->nterms ? part->request->nterms
                                       : cal_image_nterms(part->fraction, part->facts.snr);
    cal_json_set(object, "nterms", jv_number(nterms));
    cal_json_set(object, "SNR_orig", cal_json_double(part->facts.snr));
    cal_json_set(object, "theoretical_sensitivity", cal_json_double(part->noise));
    cal_json_set(object, "sensitivity_from", cal_json_text(part->noise_from));
    cal_json_set(object, "dr_modifier", cal_json_double(modifier));
    double wish = part->request->settings.clean_threshold;
    cal_json_set(object, "clean_threshold_orig",
                 cal_json_double(wish > 0 ? wish
                                 : alma   ? 4 * part->noise * modifier
                                          : NAN));
}

jv cal_plan_geometry_json(const cal_plan_part *part, jv object)
{
    const cal_estimate *facts = &part->facts;
    double total = 0;
    for (int i = 0; i < facts->blocks; i++)
        total += facts->block[i];
    cal_json_set(&object, "Total_TOS", cal_json_double(total));
    cal_json_set(&object, "Median_scan_time", cal_json_double(facts->scan));
    cal_json_set(&object, "Median_fields_per_scan", cal_json_double(facts->fields_per_scan));
    cal_json_set(&object, "integration_time", cal_json_double(facts->integration));
    cal_json_set(&object, "n_ants", jv_number(part->antennas));
    cal_json_set(&object, "pol_type", jv_string(part->one_pol ? "single-pol" : "dual-pol"));
    cal_json_set(&object, "spectral_scan", jv_bool(part->spectral_scan));
    cal_json_set(&object, "meanfreq", cal_json_double(part->freq));
    cal_json_set(&object, "fracbw", cal_json_double(part->fraction));
    cal_json_set(&object, "total_effective_bandwidth_hz", cal_json_double(part->total));
    add_scales(part, &object);
    add_uvrange(part, &object);
    cal_json_set(&object, "cell_arcsec", cal_json_double(rint(part->cell / arcsec * 1e9) / 1e9));
    double limit = cal_plan_cell_limit(part->largest_uv, part->highest);
    cal_json_set(&object, "cell_largest_arcsec", cal_json_double(rint(limit / arcsec * 1e9) / 1e9));
    cal_json_set(&object, "imsize",
                 JV_ARRAY(jv_number(part->imsize[0]), jv_number(part->imsize[1])));
    cal_json_set(&object, "robust", jv_number(robust(part)));
    cal_json_set(&object, "gridder", jv_string(gridder(part)));
    add_interp(part, &object);
    add_cleaning(part, &object);
    return object;
}

/* ---- one execution block ---- */

static const cal_plan_antenna *antenna_named(const cal_dataset *set, const char *name)
{
    for (int i = 0; i < set->antennas; i++)
        if (!strcmp(set->antenna[i].name, name))
            return &set->antenna[i];
    return NULL;
}

static jv antenna_json(const cal_plan_antenna *antenna, const cal_ranked_antenna *rank)
{
    return JV_OBJECT(jv_string("id"), jv_number(antenna->id), jv_string("name"),
                     jv_string(antenna->name), jv_string("distance_m"),
                     cal_json_double(rint(rank->distance * 1e3) / 1e3),
                     jv_string("flagged_fraction"), cal_json_double(rank->flagged),
                     jv_string("score"), cal_json_double(rint(rank->score * 1e6) / 1e6));
}

/* Those that were asked for come first. */
static void add_refants(const cal_plan_part *part, const cal_target_block *block, jv *object)
{
    const cal_dataset *set = &part->set[block->set];
    const cal_plan_antenna **in = CAL_NEW_ARRAY(const cal_plan_antenna *, set->antennas);
    double(*offset)[2] = cal_alloc(set->antennas, sizeof *offset);
    double *flagged = CAL_NEW_ARRAY(double, set->antennas);
    cal_ranked_antenna *rank = CAL_NEW_ARRAY(cal_ranked_antenna, set->antennas);
    cal_words wanted = cal_words_split(part->request->refant ? part->request->refant : "", ',');
    cal_buf names = {0};
    jv list = jv_array();
    int count = 0;
    for (int i = 0; i < set->antennas; i++)
        if (block->in[i]) {
            in[count] = &set->antenna[i];
            memcpy(offset[count], set->antenna[i].offset, sizeof *offset);
            flagged[count++] = set->antenna[i].flagged;
        }
    cal_refants_rank((const double(*)[2])offset, flagged, count, rank);
    for (int i = 0; i < wanted.count; i++)
        if (antenna_named(set, wanted.item[i]))
            cal_buf_addf(&names, "%s%s", names.len ? "," : "", wanted.item[i]);
    for (int i = 0; i < count; i++) {
        const char *name = in[rank[i].index]->name;
        bool named = false;
        for (int k = 0; k < wanted.count; k++)
            named |= !strcmp(wanted.item[k], name);
        if (!named)
            cal_buf_addf(&names, "%s%s", names.len ? "," : "", name);
        cal_json_push(&list, antenna_json(in[rank[i].index], &rank[i]));
    }
    cal_json_set(object, "refant", jv_string(cal_buf_text(&names)));
    cal_json_set(object, "refants", list);
    cal_buf_free(&names);
    cal_words_free(&wanted);
    free(rank);
    free(flagged);
    free(offset);
    free(in);
}

static jv split_json(const cal_copy *copy)
{
    cal_buf line = {0};
    for (int i = 0; i < copy->argv.count; i++) {
        cal_buf_add(&line, i ? " " : "");
        cal_buf_add_quoted(&line, copy->argv.item[i]);
    }
    jv split = JV_OBJECT(jv_string("command"), jv_string(cal_buf_text(&line)), jv_string("argv"),
                         cal_json_texts((const char *const *)copy->argv.item, copy->argv.count),
                         jv_string("bytes_about"), cal_json_double(rint(cal_copy_bytes(copy))));
    cal_buf_free(&line);
    return split;
}

static jv window_json(const cal_plan_part *part, const cal_copy_spw *spw)
{
    cal_buf channels = {0};
    if (spw->lines_out)
        cal_channels_text(spw->range, spw->ranges, &channels);
    jv object = JV_OBJECT(jv_string("spw"), jv_number(part->target->spw[spw->index]->number),
                          jv_string("id"), jv_number(spw->id), jv_string("id_orig"),
                          jv_number(spw->spw->id), jv_string("name"), jv_string(spw->spw->name),
                          jv_string("channels_orig"), jv_number(spw->spw->channels));
    cal_json_set(&object, "continuum",
                 spw->lines_out ? jv_string(cal_buf_text(&channels)) : jv_null());
    cal_json_set(&object, "channels_per_bin", jv_number(spw->width));
    cal_json_set(&object, "channels", jv_number(spw->bins));
    cal_json_set(&object, "effective_bandwidth_hz", cal_json_double(spw->effective_bw));
    cal_buf_free(&channels);
    return object;
}

/* For each window of the copy the lowest one that it is combined with: all, or those of its baseband. In a spectral scan only windows
 * that are observed together are. */
static jv combined_with(const cal_plan_part *part, int block, bool basebands)
{
    const cal_copy *copy = &part->copy[block];
    const cal_target_block *in = &part->target->block[block];
    const cal_plan_scan *scan = part->set[in->set].scan;
    jv map = jv_array();
    for (int i = 0; i < copy->spws; i++) {
        int lowest = i;
        for (int k = i - 1; k >= 0; k--) {
            bool together = !part->spectral_scan;
            for (int n = 0; n < in->scans && !together; n++) {
                const cal_id_list *ids = &scan[in->scan[n]].spws;
                int found = 0;
                for (int m = 0; m < ids->count; m++)
                    found +=
                        ids->id[m] == copy->spw[i].spw->id || ids->id[m] == copy->spw[k].spw->id;
                together = found == 2;
            }
            if (together &&
                (!basebands || copy->spw[i].spw->baseband == copy->spw[k].spw->baseband))
                lowest = k;
        }
        cal_json_push(&map, jv_number(lowest));
    }
    return map;
}

/* ms-split numbers fields anew in the order of their old ids. */
static jv block_fields(const cal_plan_part *part, const cal_target_block *block)
{
    const cal_clean_target *target = part->target;
    jv list = jv_array();
    for (int i = 0; i < target->fields; i++) {
        int original = target->field[i].id[block->set], id = 0;
        if (original < 0)
            continue;
        for (int k = 0; k < target->fields; k++)
            id +=
                target->field[k].id[block->set] >= 0 && target->field[k].id[block->set] < original;
        cal_json_push(&list, JV_OBJECT(jv_string("fid"), jv_number(i), jv_string("id"),
                                       jv_number(id), jv_string("id_orig"), jv_number(original)));
    }
    return list;
}

jv cal_plan_block_json(const cal_plan_part *part, int index)
{
    const cal_target_block *block = &part->target->block[index];
    const cal_dataset *set = &part->set[block->set];
    const cal_copy *copy = &part->copy[index];
    jv windows = jv_array();
    jv object = JV_OBJECT(jv_string("vis"), jv_string(copy->path), jv_string("original"),
                          jv_string(set->path), jv_string("execution_block"), jv_number(block->set),
                          jv_string("TOS"), cal_json_double(block->time), jv_string("n_scans"),
                          jv_number(block->scans), jv_string("Median_scan_time"),
                          cal_json_double(block->median_scan), jv_string("Median_fields_per_scan"),
                          cal_json_double(block->median_fields));
    for (int i = 0; i < copy->spws; i++)
        cal_json_push(&windows, window_json(part, &copy->spw[i]));
    cal_json_set(&object, "fields", block_fields(part, block));
    cal_json_set(&object, "spws", windows);
    cal_json_set(&object, "spwmap", combined_with(part, index, false));
    cal_json_set(&object, "baseband_spwmap", combined_with(part, index, true));
    add_refants(part, block, &object);
    cal_json_set(&object, "split", split_json(copy));
    return object;
}
