/* CASA's lines as lines of the pipeline: OBS_MODEs become intents, maps become whole. */
#include "base/mem.h"
#include "callib/import.h"
#include "callib/lists.h"
#include "callib/modes.h"
#include <string.h>

/* Lines say the same again and again: equal texts become one, and what they mean is found once. */
typedef struct pool {
    cal_pairs known; /* numbers by hash, and by how many others have it */
    char **text;
    int count;
} pool;

static int intern(pool *texts, const char *text)
{
    uint32_t hash = 2166136261u, clash = 0, number;
    for (const char *c = text; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 16777619u;
    for (; cal_pairs_find(&texts->known, hash, clash, &number); clash++)
        if (!strcmp(texts->text[number], text))
            return (int)number;
    cal_pairs_add(&texts->known, hash, clash, (uint32_t)texts->count);
    if (!(texts->count & (texts->count - 1)))
        texts->text = cal_grow(texts->text, texts->count ? 2 * texts->count : 1, sizeof(char *));
    texts->text[texts->count] = cal_copy_text(text);
    return texts->count++;
}

static void free_pool(pool *texts)
{
    for (int i = 0; i < texts->count; i++)
        free(texts->text[i]);
    free(texts->text);
    cal_pairs_free(&texts->known);
}

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

static cal_calibration *make_calibration(const cal_casa_line *line, const cal_vis *vis)
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

/* Lines that were turned into the pipeline's, with all that these refer to. */
typedef struct turned {
    const cal_vis *vis;
    pool text, key, mode;          /* selections; calibrations as text; selections of OBS_MODEs */
    cal_calibration **calibration; /* by key */
    int *intent;                   /* by mode: the text of its intents */
} turned;

static const char *keep(turned *t, const char *text)
{
    int number = intern(&t->text, text ? text : "");
    return t->text.text[number];
}

static const cal_calibration *calibration_of(turned *t, const cal_casa_line *line)
{
    cal_buf key = {0};
    int before = t->key.count;
    cal_buf_addf(&key, "%s\n%s\n%s\n%s\n%d", line->caltable, line->fldmap ? line->fldmap : "",
                 line->tinterp ? line->tinterp : "", line->finterp ? line->finterp : "",
                 line->calwt);
    for (int i = 0; i < line->spwmap_count; i++)
        cal_buf_addf(&key, ",%d", line->spwmap[i]);
    int number = intern(&t->key, cal_buf_text(&key));
    cal_buf_free(&key);
    if (number == before) {
        t->calibration = cal_grow(t->calibration, number + 1, sizeof *t->calibration);
        t->calibration[number] = make_calibration(line, t->vis);
    }
    return t->calibration[number];
}

static cal_status find_intents(turned *t, const char *modes, const char **intents, cal_error *err)
{
    int before = t->mode.count, number = intern(&t->mode, modes ? modes : "");
    if (number == before) {
        char *found = NULL;
        if (modes && *modes && intents_of(t->vis, modes, &found, err))
            return err->status;
        t->intent = cal_grow(t->intent, number + 1, sizeof *t->intent);
        t->intent[number] = intern(&t->text, found ? found : "");
        free(found);
    }
    *intents = t->text.text[t->intent[number]];
    return CAL_OK;
}

static cal_status turn_line(turned *t, const cal_casa_line *from, cal_applycal_line *line,
                            cal_error *err)
{
    *line = (cal_applycal_line){.vis = t->vis->name, .line = from->line, .calibrations = 1};
    if (check_maps(from, err) || find_intents(t, from->intent, &line->intent, err))
        return err->status;
    line->field = keep(t, from->field);
    line->spw = keep(t, from->spw);
    line->antenna = keep(t, "");
    line->calibration = calibration_of(t, from);
    return CAL_OK;
}

static void free_turned(turned *t)
{
    for (int i = 0; i < t->key.count; i++) {
        cal_calibration_free(t->calibration[i]);
        free(t->calibration[i]);
    }
    free(t->calibration);
    free(t->intent);
    free_pool(&t->text);
    free_pool(&t->key);
    free_pool(&t->mode);
}

cal_status cal_import_casa(const cal_casa_lines *lines, const char *name,
                           const cal_import_rules *rules, const char *origin, int vis,
                           cal_library *library, cal_book *book, cal_import_count *count,
                           cal_error *err)
{
    turned t = {.vis = library->vis[vis]};
    cal_applycal_lines made = {.item = CAL_NEW_ARRAY(cal_applycal_line, lines->count),
                               .count = lines->count,
                               .name = name};
    cal_status status = CAL_OK;
    for (int i = 0; i < lines->count && !status; i++)
        if ((status = turn_line(&t, &lines->item[i], &made.item[i], err)))
            cal_prefix(err, "%s:%d", name, lines->item[i].line);
    if (!status)
        status = cal_import_applycal(&made, rules, origin, library, book, count, err);
    free_turned(&t);
    free(made.item);
    return status;
}
