#include "selfcal/plan_check.h"

#include "base/buf.h"
#include "base/document.h"
#include "base/mem.h"
#include "base/output.h"
#include "base/text.h"
#include "selfcal/geometry.h"
#include "selfcal/ladder.h"
#include "selfcal/settings.h"
#include "selfcal/user_mask.h"
#include <math.h>
#include <string.h>

/* ---- findings ---- */

static void add_finding(jv *findings, const cal_place *place, const char *what, const char *why,
                        const char *todo)
{
    char *where = cal_place_text(place);
    cal_json_push(findings, JV_OBJECT(jv_string("place"), jv_string(where), jv_string("what"),
                                      jv_string(what), jv_string("why"), jv_string(why),
                                      jv_string("do"), jv_string(todo)));
    free(where);
}

static void add_key(jv *findings, const cal_place *place, const char *key, const char *what,
                    const char *why, const char *todo)
{
    add_finding(findings, &(cal_place){.up = place, .name = key}, what, why, todo);
}

typedef void check_item(jv item, const cal_place *place, void *user, jv *findings);

/* Each object of the list object[key]; a finding where there is none. */
static int check_list(jv object, const char *key, const cal_place *place, check_item *check,
                      void *user, jv *findings)
{
    const cal_place list_at = {.up = place, .name = key};
    jv list = cal_json_list_at(object, key);
    int count = jv_array_length(jv_copy(list));
    if (!count)
        add_finding(findings, &list_at, "a list with something in it is wanted",
                    "the plan cannot be carried out without", "plan again, or put it back");
    for (int i = 0; i < count; i++) {
        jv item = jv_array_get(jv_copy(list), i);
        const cal_place at = {.up = &list_at, .index = i};
        if (jv_get_kind(item) == JV_KIND_OBJECT)
            check(item, &at, user, findings);
        else
            add_finding(findings, &at, "an object is wanted", "it has keys", "put it back");
        jv_free(item);
    }
    jv_free(list);
    return count;
}

/* Members must be of the kind that they are read as; those that need not be there may be null as well. */
static void check_kind(jv object, const char *names, jv_kind kind, bool needed,
                       const cal_place *place, jv *findings)
{
    cal_words words = cal_words_split(names, ' ');
    for (int i = 0; i < words.count; i++) {
        jv value = cal_json_at(object, words.item[i]);
        bool wrong = jv_get_kind(value) != kind && (needed || jv_get_kind(value) != JV_KIND_NULL);
        jv_free(value);
        if (wrong)
            add_key(findings, place, words.item[i],
                    kind == JV_KIND_ARRAY ? "a list is wanted" : "an object is wanted",
                    "nothing else can be read there", "put it back, or plan again");
    }
    cal_words_free(&words);
}

static double check_positive(jv object, const char *key, const cal_place *place, jv *findings)
{
    double value = cal_json_number_at(object, key, NAN);
    if (!(value > 0))
        add_key(findings, place, key, "a positive number is wanted", "the imager needs it",
                "put in a number, or plan again");
    return value;
}

static bool is_one_of(const char *text, const char *choices)
{
    cal_words words = cal_words_split(choices, ' ');
    bool found = false;
    for (int i = 0; i < words.count; i++)
        found |= !strcmp(words.item[i], text);
    cal_words_free(&words);
    return found;
}

static void check_word(jv object, const char *key, const char *choices, const cal_place *place,
                       jv *findings)
{
    const char *text = cal_json_text_at(object, key, "");
    if (is_one_of(text, choices))
        return;
    char *what = cal_format("\"%s\" is none of: %s", text, choices);
    add_key(findings, place, key, what, "nothing else is known here", "choose one of them");
    free(what);
}

/* ---- execution blocks ---- */

typedef struct seen {
    jv names; /* of all working copies */
    const char *folder;
} seen;

static void count_only(jv item, const cal_place *place, void *user, jv *findings)
{
    (void)item, (void)place, (void)findings;
    ++*(int *)user;
}

static void check_map(jv block, const char *key, int windows, const cal_place *place, jv *findings)
{
    jv map = cal_json_at(block, key);
    int length = jv_get_kind(map) == JV_KIND_ARRAY ? jv_array_length(jv_copy(map)) : -1;
    bool good = length == windows;
    for (int i = 0; good && i < length; i++) {
        jv item = jv_array_get(jv_copy(map), i);
        double id = jv_get_kind(item) == JV_KIND_NUMBER ? jv_number_value(item) : -1;
        good = id >= 0 && id < windows && id == floor(id);
        jv_free(item);
    }
    jv_free(map);
    if (good)
        return;
    char *what = cal_format("%d window ids from 0 to %d are wanted", windows, windows - 1);
    add_key(findings, place, key, what, "it maps each window of the working copy to another one",
            "put it back");
    free(what);
}

static bool is_in_list(jv list, const char *name)
{
    bool found = false;
    jv_array_foreach(list, i, item)
    {
        found |= !strcmp(cal_json_text_at(item, "name", ""), name);
        jv_free(item);
    }
    return found;
}

static void check_refants(jv block, const cal_place *place, jv *findings)
{
    cal_words names = cal_words_split(cal_json_text_at(block, "refant", ""), ',');
    jv known = cal_json_at(block, "refants");
    if (!names.count)
        add_key(findings, place, "refant", "no antenna is named", "gaincal needs a reference",
                "name antennas with commas between, the best first");
    for (int i = 0; i < names.count && jv_get_kind(known) == JV_KIND_ARRAY; i++) {
        if (is_in_list(known, names.item[i]))
            continue;
        char *what = cal_format("no antenna \"%s\" observed the target", names.item[i]);
        add_key(findings, place, "refant", what, "it is not in refants of this execution block",
                "choose among the names in refants");
        free(what);
    }
    jv_free(known);
    cal_words_free(&names);
}

static void check_block(jv block, const cal_place *place, void *user, jv *findings)
{
    seen *all = user;
    const char *vis = cal_json_text_at(block, "vis", "");
    const char *original = cal_json_text_at(block, "original", "");
    int windows = 0;
    check_kind(block, "fields", JV_KIND_ARRAY, true, place, findings);
    check_kind(block, "gaintable_final spwmap_final applycal_interpolate_final", JV_KIND_ARRAY,
               false, place, findings);
    check_kind(block, "split", JV_KIND_OBJECT, true, place, findings);
    if (!*vis)
        add_key(findings, place, "vis", "the working copy has no name",
                "ms-split would not know where to", "put in a path");
    else if (cal_json_has(all->names, vis))
        add_key(findings, place, "vis", "another working copy has this name",
                "they would overwrite each other", "rename one of them");
    else
        cal_json_set(&all->names, vis, jv_true());
    char *path = cal_path_from(all->folder, original);
    if (!*original || !cal_path_exists(path))
        add_key(findings, place, "original", "there is no such MeasurementSet",
                "the working copy is made of it", "put the path right, or remove the block");
    if (*vis && !strcmp(vis, original))
        add_key(findings, place, "vis", "the working copy is the original",
                "inputs are never changed", "give the copy another path");
    free(path);
    check_list(block, "spws", place, count_only, &windows, findings);
    check_map(block, "spwmap", windows, place, findings);
    check_map(block, "baseband_spwmap", windows, place, findings);
    check_refants(block, place, findings);
}

/* ---- solution intervals ---- */

typedef struct climb {
    bool amplitudes; /* have begun */
    double seconds;  /* of the last one */
    jv names;
} climb;

static void check_mode(jv mode, const cal_place *place, void *user, jv *findings)
{
    (void)user;
    check_word(mode, "mode", "combinespw combinespwpol per_bb per_spw", place, findings);
    check_word(mode, "gaincal_gaintype", "G T K", place, findings);
    cal_words words = cal_words_split(cal_json_text_at(mode, "gaincal_combine", ""), ',');
    for (int i = 0; i < words.count; i++)
        if (!is_one_of(words.item[i], "spw scan field obs"))
            add_key(findings, place, "gaincal_combine", "a word that gaincal does not know",
                    "it takes spw, scan, field and obs, with commas", "leave it out");
    cal_words_free(&words);
}

static void check_order(jv solint, const cal_place *place, climb *so_far, jv *findings)
{
    const char *name = cal_json_text_at(solint, "solint", "");
    bool amplitude = !strcmp(cal_json_text_at(solint, "solmode", ""), "ap");
    double seconds = cal_json_number_at(solint, "seconds", NAN);
    if (cal_json_has(so_far->names, name))
        add_key(findings, place, "solint", "the name stands there twice", "tables are named by it",
                "remove one");
    cal_json_set(&so_far->names, name, jv_true());
    if (!amplitude && so_far->amplitudes)
        add_key(findings, place, "solmode", "a phase interval after an amplitude interval",
                "amplitudes are solved on top of the phases", "move it up");
    if (amplitude == so_far->amplitudes && seconds > so_far->seconds * 1.001 &&
        !strstr(name, "inf"))
        add_key(findings, place, "seconds", "longer than the interval before it",
                "each step starts from what a longer one found", "put it in order");
    so_far->amplitudes |= amplitude;
    so_far->seconds = seconds;
}

static void check_solint(jv solint, const cal_place *place, void *user, jv *findings)
{
    cal_ladder ladder;
    cal_error err = {0};
    const cal_ladder_facts facts = {.integration = 1};
    const cal_ladder_wish wish = {.longest = 4500};
    const char *name = cal_json_text_at(solint, "solint", "");
    if (!*name || strchr(name, ',') || cal_ladder_parse(name, &facts, &wish, &ladder, &err)) {
        char *what = cal_format("\"%s\" is no solution interval", name);
        add_key(findings, place, "solint", what, "names are inf_EB, scan_inf, inf, int or a time",
                "write it as inf_EB, inf, 30.00s or int, amplitudes with _ap");
        free(what);
    }
    check_word(solint, "solmode", "p ap", place, findings);
    check_word(solint, "applycal_mode", "calflag calonly", place, findings);
    check_positive(solint, "seconds", place, findings);
    if ((strstr(name, "_ap") != NULL) != !strcmp(cal_json_text_at(solint, "solmode", ""), "ap"))
        add_key(findings, place, "solmode", "name and solmode disagree",
                "_ap at the end of the name means amplitude and phase", "make them agree");
    if (cal_json_number_at(solint, "nsigma", 5) < 1)
        add_key(findings, place, "nsigma", "below 1", "that deep there is nothing but noise",
                "3 is the usual end");
    check_list(solint, "modes", place, check_mode, NULL, findings);
    check_order(solint, place, user, findings);
}

/* ---- targets ---- */

static void check_size(jv target, const cal_place *place, jv *findings)
{
    const cal_place at = {.up = place, .name = "imsize"};
    jv size = cal_json_at(target, "imsize");
    bool good = jv_get_kind(size) == JV_KIND_ARRAY && jv_array_length(jv_copy(size)) == 2;
    for (int i = 0; good && i < 2; i++) {
        jv item = jv_array_get(jv_copy(size), i);
        double pixels = jv_get_kind(item) == JV_KIND_NUMBER ? jv_number_value(item) : 0;
        good = pixels >= 16 && pixels == floor(pixels) && fmod(pixels, 2) == 0;
        jv_free(item);
    }
    jv_free(size);
    if (!good)
        add_finding(findings, &at, "two even numbers of at least 16 are wanted",
                    "imagers need even sides", "for instance [512, 512]");
}

static void check_cell(jv target, const cal_place *place, jv *findings)
{
    double cell = check_positive(target, "cell_arcsec", place, findings);
    double least = cal_json_number_at(target, "cell_largest_arcsec", NAN);
    if (cell > least * 1.001) {
        char *what = cal_format("%g arcsec leaves fewer than four pixels over the beam", cell);
        char *todo = cal_format("at most %.4g arcsec", least);
        add_key(findings, place, "cell_arcsec", what,
                "half a pixel of shift then changes the peak, and with it the S/N", todo);
        free(what);
        free(todo);
    }
}

static void check_uvrange(jv target, const cal_place *place, jv *findings)
{
    const char *text = cal_json_text_at(target, "uvrange", "");
    if (*text && !strpbrk(text, "0123456789"))
        add_key(findings, place, "uvrange", "no length in it", "lengths are as >50m or 1~20klambda",
                "write one, or leave it empty for all");
}

static void check_mask(jv target, const char *folder, const cal_place *place, jv *findings)
{
    const char *text = cal_user_mask(target);
    char *file = cal_path_from(folder, text);
    cal_error err = {0};
    size_t inside = 0;
    if (*text && cal_user_mask_pixels(target, cal_path_exists(file) ? file : text, &inside, &err))
        add_key(findings, place, "mask", err.text + (strncmp(err.text, "mask: ", 6) ? 0 : 6),
                "all images are cleaned in it",
                "put it right, or null for a mask that grows with the S/N");
    else if (*text && !inside)
        add_key(findings, place, "mask", "no pixel of the target's images is in it",
                "there would be nothing to clean",
                "put it where the source is, or null for a mask that grows with the S/N");
    free(file);
}

static void check_target(jv target, const cal_place *place, void *user, jv *findings)
{
    climb so_far = {.seconds = INFINITY, .names = jv_object()};
    check_kind(target, "sub-fields vislist spws", JV_KIND_ARRAY, true, place, findings);
    check_kind(target, "steps", JV_KIND_ARRAY, false, place, findings);
    check_kind(target, "state", JV_KIND_OBJECT, false, place, findings);
    if (!*cal_json_text_at(target, "target", ""))
        add_key(findings, place, "target", "it has no name", "results are named by it",
                "put it back");
    check_size(target, place, findings);
    check_cell(target, place, findings);
    check_uvrange(target, place, findings);
    check_mask(target, ((const seen *)user)->folder, place, findings);
    if (fabs(cal_json_number_at(target, "robust", 0)) > 2)
        add_key(findings, place, "robust", "outside -2 to 2", "Briggs weighting ends there",
                "0.5 is usual");
    double terms = cal_json_number_at(target, "nterms", 1);
    if (terms < 1 || terms > 4 || terms != floor(terms))
        add_key(findings, place, "nterms", "not 1 to 4", "it is a number of Taylor terms",
                "1, or 2 for a spectral slope");
    check_list(target, "vis", place, check_block, user, findings);
    check_list(target, "solints", place, check_solint, &so_far, findings);
    jv_free(so_far.names);
}

static void check_settings(jv plan, const cal_place *place, jv *findings)
{
    cal_selfcal_settings settings;
    cal_error err = {0};
    jv values = cal_json_at(plan, "settings");
    const cal_place at = {.up = place, .name = "settings"};
    cal_settings_default(&settings);
    if (cal_settings_take(&settings, values, &at, &err))
        add_finding(findings, &at, err.text, "it is a setting that is read",
                    "man selfcal-plan lists them");
    jv_free(values);
}

jv cal_plan_check(jv plan, const char *folder)
{
    jv findings = jv_array();
    seen all = {.names = jv_object(), .folder = folder};
    const cal_place top = {.name = "plan"};
    const char *schema = cal_json_text_at(plan, "schema", "");
    if (strcmp(schema, "calutils/selfcal-plan/1") && strcmp(schema, "calutils/selfcal-step/1"))
        add_key(&findings, &top, "schema", "this is no calutils/selfcal-plan/1 or selfcal-step/1",
                "what it means is not known", "plan again with selfcal-plan");
    check_settings(plan, &top, &findings);
    check_list(plan, "targets", &top, check_target, &all, &findings);
    jv_free(all.names);
    return findings;
}
