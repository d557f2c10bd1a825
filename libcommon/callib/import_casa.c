/* CASA's lines as lines of the pipeline: OBS_MODEs become intents, maps become whole. */
#include "base/mem.h"
#include "callib/import.h"
#include "callib/modes.h"
#include <string.h>

/* ---- intents ---- */

static bool fits(const cal_words *pattern, const char *part)
{
    for (int i = 0; i < pattern->count; i++)
        if (cal_glob(pattern->item[i], part))
            return true;
    return false;
}

/* The intents of those parts of an OBS_MODE that a line selects; *selected: there are such parts. */
static void add_intents(const cal_vis *vis, const cal_obs_mode *mode, const cal_words *pattern,
                        cal_idset *intents, bool *selected)
{
    cal_words part = cal_words_split(mode->text, ',');
    *selected = false;
    for (int i = 0; i < part.count; i++) {
        if (!fits(pattern, part.item[i]))
            continue;
        *selected = true;
        cal_idset meant = cal_modes_intents(vis, part.item[i]);
        cal_idset_unite(intents, &meant);
        cal_idset_free(&meant);
    }
    cal_words_free(&part);
}

/* Rows are selected by OBS_MODE, and a library goes by intent: both must mean the same rows. */
static const char *other_mode(const cal_vis *vis, const cal_idset *intents, const bool *selected)
{
    for (int m = 0; m < vis->obs_modes; m++)
        if (cal_idset_meets(&vis->obs_mode[m].intent, intents) != selected[m] &&
            !cal_idset_empty(&vis->obs_mode[m].intent))
            return vis->obs_mode[m].text;
    return NULL;
}

/* The pipeline's intents for a selection of OBS_MODEs, as text; the selection itself where it has none, which then selects nothing. */
static cal_status intents_of(const cal_vis *vis, const char *text, char **intents, cal_error *err)
{
    cal_words pattern = cal_words_split(text, ',');
    cal_idset set = cal_idset_make(vis->intent.size);
    bool *selected = CAL_NEW_ARRAY(bool, vis->obs_modes);
    for (int m = 0; m < vis->obs_modes; m++)
        add_intents(vis, &vis->obs_mode[m], &pattern, &set, &selected[m]);
    const char *other = other_mode(vis, &set, selected);
    cal_buf names = {0};
    for (CAL_IDS(id, &set))
        cal_buf_addf(&names, "%s%s", names.len ? "," : "", vis->intent.name[id]);
    cal_status status = CAL_OK;
    if (other)
        status = cal_fail(err, CAL_INPUT,
                          "intent='%s' and the intents %s that a library would hold for it differ "
                          "in rows of OBS_MODE %s",
                          text, cal_buf_text(&names), other);
    else
        *intents = cal_copy_text(names.len ? cal_buf_text(&names) : text);
    cal_buf_free(&names);
    cal_idset_free(&set);
    cal_words_free(&pattern);
    free(selected);
    return status;
}

/* ---- lines ---- */

static cal_status check_maps(const cal_casa_line *line, cal_error *err)
{
    const char *key = line->fldmap_count                   ? "fldmap=[...]"
                      : line->obsmap_count                 ? "obsmap"
                      : line->antmap_count                 ? "antmap"
                      : line->obs && strcmp(line->obs, "") ? "obs"
                                                           : NULL;
    if (!key)
        return CAL_OK;
    return cal_fail(err, CAL_INPUT, "a calibration library cannot hold %s (%s)", key,
                    line->caltable);
}

/* CASA goes on with the last element of a map that is too short. */
static void copy_spwmap(const cal_casa_line *line, const cal_vis *vis, cal_calibration *calibration)
{
    int given = line->spwmap_count, size = given > 1 ? vis->spw.size : given;
    calibration->spwmaps = size > given ? size : given;
    calibration->spwmap = CAL_NEW_ARRAY(int, calibration->spwmaps);
    for (int i = 0; i < calibration->spwmaps; i++)
        calibration->spwmap[i] = line->spwmap[i < given ? i : given - 1];
}

static cal_calibration *calibration_of(const cal_casa_line *line, const cal_vis *vis)
{
    cal_calibration *made = CAL_NEW(cal_calibration);
    const char *tinterp = line->tinterp && *line->tinterp ? line->tinterp : "linear";
    bool both = line->finterp && *line->finterp;
    made->gaintable = cal_copy_text(line->caltable);
    made->gainfield = cal_copy_text(line->fldmap ? line->fldmap : "");
    made->interp = cal_format("%s%s%s", tinterp, both ? "," : "", both ? line->finterp : "");
    made->calwt = line->calwt;
    copy_spwmap(line, vis, made);
    return made;
}

static cal_status line_of(const cal_casa_line *from, const cal_vis *vis, cal_applycal_line *line,
                          cal_error *err)
{
    char *intent = NULL;
    *line = (cal_applycal_line){.vis = vis->name, .line = from->line};
    if (check_maps(from, err) ||
        (from->intent && *from->intent && intents_of(vis, from->intent, &intent, err)))
        return err->status;
    line->field = from->field ? from->field : "";
    line->spw = from->spw ? from->spw : "";
    line->antenna = "";
    line->intent = intent ? intent : cal_copy_text("");
    line->calibration = calibration_of(from, vis);
    line->calibrations = 1;
    return CAL_OK;
}

static void free_line(cal_applycal_line *line)
{
    if (!line->calibration)
        return;
    cal_calibration_free((cal_calibration *)line->calibration);
    free((void *)line->calibration);
    free((void *)line->intent);
}

cal_status cal_import_casa(const cal_casa_lines *lines, const char *name,
                           const cal_import_rules *rules, const char *origin, int vis,
                           cal_library *library, cal_book *book, cal_import_count *count,
                           cal_error *err)
{
    cal_applycal_lines made = {.item = CAL_NEW_ARRAY(cal_applycal_line, lines->count),
                               .count = lines->count,
                               .name = name};
    cal_status status = CAL_OK;
    for (int i = 0; i < lines->count && !status; i++)
        if ((status = line_of(&lines->item[i], library->vis[vis], &made.item[i], err)))
            cal_prefix(err, "%s:%d", name, lines->item[i].line);
    if (!status)
        status = cal_import_applycal(&made, rules, origin, library, book, count, err);
    for (int i = 0; i < made.count; i++)
        free_line(&made.item[i]);
    free(made.item);
    return status;
}
