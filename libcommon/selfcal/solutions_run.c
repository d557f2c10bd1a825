/* gaincal for one execution block, interval and mode. */
#include "base/mem.h"
#include "base/output.h"
#include "selfcal/names.h"
#include "selfcal/solutions_parts.h"
#include <stdio.h>
#include <string.h>

static void add_number(cal_words *argv, const char *option, double value)
{
    char text[32];
    snprintf(text, sizeof text, "%.6g", value);
    cal_words_add(argv, option);
    cal_words_add(argv, text);
}

static void add_text(cal_words *argv, const char *option, const char *value)
{
    if (!*value)
        return;
    cal_words_add(argv, option);
    cal_words_add(argv, value);
}

const char *cal_solving_vis(const cal_solving *solving)
{
    return cal_json_text_at(solving->block, "vis", "");
}

/* Scans between two looks at the calibrator belong together in scan_inf; a solution for each of them is at least as fine. */
static char *combine_of(const cal_solving *solving)
{
    cal_words words = cal_words_split(cal_json_text_at(solving->mode, "gaincal_combine", ""), ',');
    bool by_scan = !strcmp(cal_json_text_at(solving->solint, "solint", ""), "scan_inf");
    cal_buf text = {0};
    for (int i = 0; i < words.count; i++)
        if (!by_scan || strcmp(words.item[i], "scan"))
            cal_buf_addf(&text, "%s%s", text.len ? "," : "", words.item[i]);
    cal_words_free(&words);
    return cal_buf_steal(&text);
}

static void add_solving(const cal_solving *solving, cal_words *argv)
{
    const cal_selfcal_settings *settings = solving->work->settings;
    const char *mode = cal_json_text_at(solving->solint, "solmode", "p");
    char *combine = combine_of(solving);
    add_text(argv, "--calmode", mode);
    add_text(argv, "--gaintype", cal_json_text_at(solving->mode, "gaincal_gaintype", "G"));
    add_text(argv, "--solint", cal_json_text_at(solving->solint, "solint_interval", "inf"));
    add_text(argv, "--combine", combine ? combine : "");
    add_text(argv, "--refant", cal_json_text_at(solving->block, "refant", ""));
    add_text(argv, "--refantmode", settings->refantmode);
    add_number(argv, "--minsnr", settings->gaincal_minsnr);
    add_number(argv, "--minblperant", settings->minblperant);
    if (settings->corrdepflags)
        cal_words_add(argv, "--corrdepflags");
    if (!strcmp(mode, "ap"))
        cal_words_add(argv, "--solnorm");
    add_text(argv, "--uvrange", cal_json_text_at(solving->work->target, "uvrange", ""));
    free(combine);
}

/* `spws`: those that are solved together here, "" for all. */
static cal_words command(const cal_solving *solving, const char *path, const char *spws,
                         bool append)
{
    cal_words argv = {0};
    cal_words_add(&argv, "gaincal");
    add_solving(solving, &argv);
    add_text(&argv, "--spw", spws);
    for (int i = 0; i < solving->set->befores; i++)
        cal_chained_words(&solving->set->before[i], &argv);
    cal_words_add(&argv, append ? "--append" : "--force");
    if (solving->work->jobs)
        add_number(&argv, "--jobs", solving->work->jobs);
    cal_words_add(&argv, cal_solving_vis(solving));
    cal_words_add(&argv, path);
    return argv;
}

/* ---- what it says ---- */

static double sum_at(jv object, const char *key)
{
    jv list = cal_json_at(object, key);
    double sum = 0;
    jv_array_foreach(list, i, item) sum += jv_number_value(item);
    jv_free(list);
    return sum;
}

static void count_antenna(jv antenna, int spw, cal_solution_counts *counts)
{
    int id = (int)cal_json_number_at(antenna, "antenna", -1);
    if (id < 0 || id >= counts->antennas)
        return;
    int at = spw * counts->antennas + id;
    counts->expected[at] += sum_at(antenna, "expected");
    counts->data[at] += sum_at(antenna, "data_unflagged");
    counts->solved[at] += sum_at(antenna, "above_minsnr");
    if (!counts->name[id])
        counts->name[id] = cal_copy_text(cal_json_text_at(antenna, "name", "?"));
}

static void count_solutions(jv document, int windows, cal_solution_counts *counts)
{
    jv spws = cal_json_list_at(document, "spws");
    for (int i = 0; i < jv_array_length(jv_copy(spws)); i++) {
        jv spw = jv_array_get(jv_copy(spws), i), antennas = cal_json_list_at(spw, "antennas");
        int id = (int)cal_json_number_at(spw, "spw", 0);
        if (!counts->antennas)
            *counts = cal_counts_make(windows, jv_array_length(jv_copy(antennas)));
        for (int k = 0; k < jv_array_length(jv_copy(antennas)) && id < counts->spws; k++) {
            jv antenna = jv_array_get(jv_copy(antennas), k);
            counts->pars = cal_json_length_at(antenna, "expected");
            count_antenna(antenna, id, counts);
            jv_free(antenna);
        }
        jv_free(antennas);
        jv_free(spw);
    }
    jv_free(spws);
}

/* ---- groups of windows ---- */

static char *windows_of_group(const int *map, int windows, int group)
{
    cal_buf text = {0};
    for (int i = 0; i < windows; i++)
        if (map[i] == group)
            cal_buf_addf(&text, "%s%d", text.len ? "," : "", i);
    return cal_buf_steal(&text);
}

static cal_status solve_group(const cal_solving *solving, cal_solution *solution, const char *spws,
                              int windows, bool append, cal_error *err)
{
    jv document;
    cal_words argv = command(solving, solution->path, spws, append);
    cal_status status = cal_work_run(solving->work, CAL_WORK_SOLVER, &argv, &document, err);
    cal_words_free(&argv);
    if (status)
        return status;
    count_solutions(document, windows, &solution->counts);
    jv_free(document);
    return CAL_OK;
}

static int count_groups(const int *map, int windows)
{
    int groups = 0;
    for (int i = 0; i < windows; i++)
        groups += map[i] == i;
    return groups;
}

/* One call for each group of windows that the map has. A group without a solution takes the mode with it, since the table would say
 * nothing about the group's data. */
static cal_status solve_groups(const cal_solving *solving, cal_solution *solution, int windows,
                               cal_error *err)
{
    const int *map = solution->spwmap;
    bool append = false;
    if (!map || count_groups(map, windows) <= 1)
        return solve_group(solving, solution, "", windows, false, err);
    for (int i = 0; i < windows; i++) {
        if (map[i] != i)
            continue;
        char *spws = windows_of_group(map, windows, i);
        cal_status status = solve_group(solving, solution, spws, windows, append, err);
        free(spws);
        if (status)
            return status;
        append = true;
    }
    return CAL_OK;
}

static char *path_of(const cal_solving *solving, cal_spectral_mode mode)
{
    const char *gaintype = cal_json_text_at(solving->mode, "gaincal_gaintype", "G");
    const char *calmode = cal_json_text_at(solving->solint, "solmode", "p");
    const cal_selfcal_table table = {
        .ms = cal_solving_vis(solving),
        .stage = solving->work->settings->stage,
        .solint = cal_json_text_at(solving->solint, "solint", ""),
        .caltype = !strcmp(gaintype, "K")   ? "kcal"
                   : !strcmp(calmode, "ap") ? "gapcal"
                                            : "gpcal",
        .mode = cal_spectral_mode_name(mode),
        .pass = solving->pass,
    };
    return cal_selfcal_table_name(&table);
}

cal_status cal_solving_run(const cal_solving *solving, cal_solution *solution, cal_error *err)
{
    int windows = cal_json_length_at(solving->block, "spws");
    solution->path = path_of(solving, solution->mode);
    solution->interp = cal_copy_text(solving->interp);
    if (solution->mode != CAL_PER_SPW)
        solution->spwmap = cal_ints_of(
            solving->block, solution->mode == CAL_PER_BASEBAND ? "baseband_spwmap" : "spwmap",
            &solution->spws);
    return solve_groups(solving, solution, windows, err);
}
