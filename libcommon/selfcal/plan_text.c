/* A plan on a terminal: a page per few targets that is read in ten seconds. */
#include "base/buf.h"
#include "base/grid.h"
#include "base/json.h"
#include "base/text.h"
#include "selfcal/plan.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NUMBER_TEXT = 32, PAGE = 100, INDENT = 9 }; /* INDENT: behind "  Image  " */

static char *number_text(double value, const char *format, char *text)
{
    if (isnan(value))
        return strcpy(text, "?");
    snprintf(text, NUMBER_TEXT, format, value);
    return text;
}

static char *duration_text(double seconds, char *text)
{
    if (seconds < 120)
        snprintf(text, NUMBER_TEXT, "%.0f s", seconds);
    else if (seconds < 7200)
        snprintf(text, NUMBER_TEXT, "%.0f min", seconds / 60);
    else
        snprintf(text, NUMBER_TEXT, "%.1f h", seconds / 3600);
    return text;
}

/* Janskys with the prefix that leaves few digits. */
static char *flux_text(double jy, char *text)
{
    if (isnan(jy))
        return strcpy(text, "?");
    if (jy < 1e-3)
        snprintf(text, NUMBER_TEXT, "%.3g \u00b5Jy", jy * 1e6);
    else
        snprintf(text, NUMBER_TEXT, "%.3g %s", jy < 1 ? jy * 1e3 : jy, jy < 1 ? "mJy" : "Jy");
    return text;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static void cost_text(jv object, cal_buf *out)
{
    jv cost = cal_json_at(object, "cost");
    char time[NUMBER_TEXT], size[NUMBER_TEXT];
    cal_buf_addf(out, "about %s, %s",
                 duration_text(cal_json_number_at(cost, "seconds_about", 0), time),
                 cal_size_text(cal_json_number_at(cost, "bytes_about", 0), size));
    jv_free(cost);
}

/* ---- parts of a target ---- */

/* The word behind --datacolumn of the split. */
static const char *column_text(jv block, char *text)
{
    jv split = cal_json_at(block, "split"), argv = cal_json_list_at(split, "argv");
    bool before = false;
    strcpy(text, "?");
    jv_array_foreach(argv, i, word)
    {
        const char *each = jv_get_kind(word) == JV_KIND_STRING ? jv_string_value(word) : "";
        if (before)
            snprintf(text, NUMBER_TEXT, "%s",
                     !strcmp(each, "data")        ? "DATA"
                     : !strcmp(each, "corrected") ? "CORRECTED_DATA"
                                                  : each);
        before = !strcmp(each, "--datacolumn");
        jv_free(word);
    }
    jv_free(argv);
    jv_free(split);
    return text;
}

/* The first ones, as many as fit. */
static void refants_text(const char *names, cal_grid *grid)
{
    enum { MOST = 19 };
    int length = (int)strlen(names), cut = length;
    if (length > MOST + 2)
        for (cut = MOST; cut > 0 && names[cut] != ','; cut--)
            ;
    if (!cut)
        cut = (int)strcspn(names, ",");
    cal_grid_cell(grid, "%.*s%s", cut, names, cut < length ? ",.." : "");
}

static void blocks_text(jv target, cal_buf *out)
{
    cal_grid grid = {.indent = 2, .page = PAGE, .shortened = "Working copy"};
    cal_grid_row(&grid, "Block", "Scans", "Time(s)", "Working copy", "Channels", "Refants", NULL);
    jv blocks = cal_json_at(target, "vis");
    jv_array_foreach(blocks, i, block)
    {
        jv spws = cal_json_at(block, "spws");
        double before = 0, after = 0;
        jv_array_foreach(spws, k, spw)
        {
            before += cal_json_number_at(spw, "channels_orig", 0);
            after += cal_json_number_at(spw, "channels", 0);
            jv_free(spw);
        }
        jv_free(spws);
        cal_grid_cell(&grid, "%s", base_name(cal_json_text_at(block, "original", "")));
        cal_grid_cell(&grid, "%.0f", cal_json_number_at(block, "n_scans", 0));
        cal_grid_cell(&grid, "%.6g", cal_json_number_at(block, "TOS", 0));
        cal_grid_cell(&grid, "%s", base_name(cal_json_text_at(block, "vis", "")));
        cal_grid_cell(&grid, "%.0f of %.0f", after, before);
        refants_text(cal_json_text_at(block, "refant", ""), &grid);
        jv_free(block);
    }
    jv_free(blocks);
    cal_grid_print(&grid, out);
}

/* "  Image  ..." */
static void add_line(const char *head, const cal_buf *text, cal_buf *out)
{
    cal_buf_addf(out, "  %-*s", INDENT - 2, head);
    cal_buf_add_wrapped(out, cal_buf_text(text), INDENT, INDENT, PAGE);
}

/* The columns of the blocks that are calibrated. */
static void data_text(jv target, cal_buf *out)
{
    char column[NUMBER_TEXT], first[NUMBER_TEXT] = "";
    bool same = true;
    cal_buf text = {0}, each = {0};
    jv blocks = cal_json_list_at(target, "vis");
    jv_array_foreach(blocks, i, block)
    {
        column_text(block, column);
        if (!i)
            strcpy(first, column);
        same = same && !strcmp(column, first);
        cal_buf_addf(&each, "%s%s of %s", i ? ", " : "", column,
                     base_name(cal_json_text_at(block, "original", "")));
        jv_free(block);
    }
    cal_buf_addf(&text, "%s of each block", first);
    add_line("Data", same ? &text : &each, out);
    cal_buf_free(&text);
    cal_buf_free(&each);
    jv_free(blocks);
}

static void image_text(jv target, cal_buf *out)
{
    jv size = cal_json_at(target, "imsize");
    char scale[NUMBER_TEXT];
    cal_buf text = {0};
    const char *uvrange = cal_json_text_at(target, "uvrange", "");
    cal_buf_addf(&text, "%.0f x %.0f pixels of %.4g arcsec, robust %.3g, nterms %.0f, %s, ",
                 jv_number_value(jv_array_get(jv_copy(size), 0)),
                 jv_number_value(jv_array_get(jv_copy(size), 1)),
                 cal_json_number_at(target, "cell_arcsec", 0),
                 cal_json_number_at(target, "robust", 0), cal_json_number_at(target, "nterms", 1),
                 cal_json_text_at(target, "gridder", ""));
    cal_buf_addf(&text, "uvrange %s, scales to %s arcsec", *uvrange ? uvrange : "all",
                 number_text(cal_json_number_at(target, "LAS", NAN), "%.3g", scale));
    add_line("Image", &text, out);
    cal_buf_free(&text);
    jv_free(size);
}

static void mask_text(jv target, cal_buf *out)
{
    cal_buf text = {0};
    cal_buf_add(&text, cal_json_text_at(target, "mask", ""));
    if (text.len)
        add_line("Mask", &text, out);
    cal_buf_free(&text);
}

static void noise_text(jv target, cal_buf *out)
{
    char noise[NUMBER_TEXT], snr[NUMBER_TEXT];
    cal_buf text = {0};
    const char *from = cal_json_text_at(target, "sensitivity_from", "not known");
    double known = cal_json_number_at(target, "SNR_orig", NAN);
    cal_buf_addf(&text, "%s/beam (%s), S/N of the first image %s",
                 flux_text(cal_json_number_at(target, "theoretical_sensitivity", NAN), noise),
                 !strcmp(from, "receivers") ? "usual receivers"
                 : !strcmp(from, "weights") ? "by the weights"
                                            : from,
                 isnan(known) ? "not known (--snr or --flux would tell)"
                              : number_text(known, "%.3g", snr));
    add_line("Noise", &text, out);
    cal_buf_free(&text);
}

static void modes_text(jv solint, cal_buf *out)
{
    jv modes = cal_json_at(solint, "modes");
    jv_array_foreach(modes, i, mode)
    {
        cal_buf_addf(out, "%s%s%s", i ? ", " : "", cal_json_text_at(mode, "mode", ""),
                     cal_json_bool_at(mode, "attempt", false) ? "" : "?");
        jv_free(mode);
    }
    jv_free(modes);
}

static bool is_refused(jv solint)
{
    return cal_json_has(solint, "worth_trying") && !cal_json_bool_at(solint, "worth_trying", true);
}

static void ladder_text(jv target, cal_buf *out)
{
    cal_grid grid = {.indent = 2};
    char number[NUMBER_TEXT];
    cal_grid_row(&grid, "Solint", "Seconds", "Mode", "S/N", "Depth", "Ways", "", NULL);
    jv solints = cal_json_at(target, "solints");
    jv_array_foreach(solints, i, solint)
    {
        cal_buf modes = {0};
        modes_text(solint, &modes);
        cal_grid_cell(&grid, "%s", cal_json_text_at(solint, "solint", ""));
        cal_grid_cell(&grid, "%.6g", cal_json_number_at(solint, "seconds", 0));
        cal_grid_cell(&grid, "%s", cal_json_text_at(solint, "solmode", ""));
        cal_grid_cell(&grid, "%s",
                      number_text(cal_json_number_at(solint, "solint_snr", NAN), "%.1f", number));
        cal_grid_cell(&grid, "%s",
                      number_text(cal_json_number_at(solint, "nsigma", NAN), "%.1f", number));
        cal_grid_cell(&grid, "%s", cal_buf_text(&modes));
        cal_grid_cell(&grid, "%s", is_refused(solint) ? "too faint as it is" : "");
        cal_buf_free(&modes);
        jv_free(solint);
    }
    jv_free(solints);
    cal_grid_print(&grid, out);
}

static void target_text(jv target, cal_buf *out)
{
    cal_buf_addf(out, "\n%s, %s: %s, %.0f antennas, %.4g s on source, ",
                 cal_json_text_at(target, "target", ""), cal_json_text_at(target, "band", ""),
                 cal_json_text_at(target, "obstype", ""), cal_json_number_at(target, "n_ants", 0),
                 cal_json_number_at(target, "Total_TOS", 0));
    cost_text(target, out);
    cal_buf_add(out, "\n");
    blocks_text(target, out);
    data_text(target, out);
    image_text(target, out);
    mask_text(target, out);
    noise_text(target, out);
    ladder_text(target, out);
}

/* ---- what was found wrong ---- */

static void findings_text(jv findings, cal_buf *out)
{
    jv_array_foreach(findings, i, finding)
    {
        cal_buf_addf(out, "%s: %s; %s; %s\n", cal_json_text_at(finding, "place", ""),
                     cal_json_text_at(finding, "what", ""), cal_json_text_at(finding, "why", ""),
                     cal_json_text_at(finding, "do", ""));
        jv_free(finding);
    }
}

void cal_plan_text(jv plan, cal_buf *out)
{
    jv findings = cal_json_at(plan, "findings");
    if (jv_get_kind(findings) == JV_KIND_ARRAY) {
        findings_text(findings, out);
        if (!jv_array_length(jv_copy(findings)))
            cal_buf_add(out, "nothing is wrong with the plan\n");
        jv_free(findings);
        return;
    }
    jv_free(findings);
    jv recipe = cal_json_at(plan, "recipe");
    cal_buf_addf(out, "%d target%s in %d execution block%s, recipe %s: ",
                 cal_json_length_at(plan, "targets"),
                 cal_json_length_at(plan, "targets") == 1 ? "" : "s",
                 cal_json_length_at(plan, "execution_blocks"),
                 cal_json_length_at(plan, "execution_blocks") == 1 ? "" : "s",
                 cal_json_text_at(recipe, "name", ""));
    jv_free(recipe);
    cost_text(plan, out);
    cal_buf_add(out, "\n");
    jv targets = cal_json_at(plan, "targets"), notes = cal_json_at(plan, "notes");
    jv_array_foreach(targets, i, target)
    {
        target_text(target, out);
        jv_free(target);
    }
    jv_array_foreach(notes, i, note)
    {
        cal_buf_add(out, i ? "note: " : "\nnote: ");
        cal_buf_add_wrapped(out, jv_string_value(note), 6, 6, PAGE);
        jv_free(note);
    }
    jv_free(targets);
    jv_free(notes);
}
