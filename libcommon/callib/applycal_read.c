/* Reading the pipeline's applycal text. */
#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "callib/applycal_text.h"
#include "callib/literal.h"
#include <ctype.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>

enum {
    VIS,
    FIELD,
    INTENT,
    SPW,
    ANTENNA,
    GAINTABLE,
    GAINFIELD,
    SPWMAP,
    INTERP,
    CALWT,
    KEYS,
    SELECTS = GAINTABLE /* the keys before it say which data */
};

static const char *const key_name[KEYS] = {"vis",       "field",     "intent", "spw",    "antenna",
                                           "gaintable", "gainfield", "spwmap", "interp", "calwt"};

/* Selections that a library cannot hold; nothing is lost where they are empty. */
static const char *const narrower[] = {"timerange",   "uvrange",     "scan", "msselect",
                                       "observation", "correlation", "feed", "callib"};

typedef struct given {
    const cal_literal *value; /* NULL: not given */
    cal_reading at;
} given;

/* The calibrations of lines that give the same five values. */
typedef struct known_list {
    const cal_literal *value[KEYS - SELECTS];
    cal_calibration *calibration;
    int count;
} known_list;

struct cal_applycal_store {
    cal_literals *literals;
    char *name;
    known_list *list; /* by hash of the values, open addressing */
    size_t slots, used;
};

typedef struct reader {
    cal_reading reading;
    cal_literals *literals;
    cal_applycal_lines *lines;
    given argument[KEYS];
} reader;

/* ---- calls ---- */

static bool is_narrower(const char *key)
{
    for (size_t i = 0; i < CAL_COUNT(narrower); i++)
        if (!strcmp(key, narrower[i]))
            return true;
    return false;
}

static bool says_nothing(const cal_literal *value)
{
    return value->kind == CAL_LITERAL_NONE ||
           (value->kind == CAL_LITERAL_TEXT ? !*value->text : !value->count && !value->number);
}

static int find_key(const char *key)
{
    for (int k = 0; k < KEYS; k++)
        if (!strcmp(key, key_name[k]))
            return k;
    return KEYS;
}

/* A key that is none of ours. */
static cal_status pass_over(const cal_reading *at, const char *key, const cal_literal *value,
                            cal_error *err)
{
    if (is_narrower(key) && !says_nothing(value))
        return cal_reading_fail(at, err,
                                "%s is selected here, which a calibration library cannot "
                                "hold; it knows field, spw, antenna and intent",
                                key);
    const char *near = is_narrower(key) ? NULL : cal_nearest(key, key_name, KEYS);
    if (near)
        return cal_reading_fail(at, err, "there is no key \"%s\"; did you mean %s?", key, near);
    return CAL_OK;
}

static cal_status read_argument(reader *r, cal_error *err)
{
    enum { LONGEST = 40 };
    cal_reading *reading = &r->reading, start = *reading;
    char key[LONGEST + 1];
    size_t length = 0;
    while (isalnum((unsigned char)reading->at[length]) || reading->at[length] == '_')
        length++;
    if (!length || length > LONGEST)
        return cal_reading_fail(&start, err, "expected key=value");
    memcpy(key, reading->at, length);
    key[length] = '\0';
    reading->at += length;
    cal_reading_skip(reading);
    if (*reading->at != '=')
        return cal_reading_fail(reading, err, "expected = after %s", key);
    reading->at++;
    cal_reading_skip(reading);
    given read = {NULL, *reading};
    if (cal_literals_read(r->literals, reading, &read.value, err))
        return err->status;
    int k = find_key(key);
    if (k == KEYS)
        return pass_over(&start, key, read.value, err);
    if (r->argument[k].value)
        return cal_reading_fail(&start, err, "%s is given twice", key);
    r->argument[k] = read;
    return CAL_OK;
}

/* What stands behind "applycal(", up to the end of its line. */
static cal_status read_call(reader *r, cal_error *err)
{
    cal_reading *reading = &r->reading, start = *reading;
    memset(r->argument, 0, sizeof r->argument);
    cal_reading_skip(reading);
    while (*reading->at && *reading->at != ')') {
        if (read_argument(r, err))
            return err->status;
        cal_reading_skip(reading);
        if (*reading->at == ',')
            reading->at++;
        else if (*reading->at && *reading->at != ')')
            return cal_reading_fail(reading, err, "expected , or )");
        cal_reading_skip(reading);
    }
    if (!*reading->at)
        return cal_reading_fail(&start, err, "applycal( without a ) at its end");
    reading->at++;
    reading->at += strspn(reading->at, " \t\r;");
    if (*reading->at && *reading->at != '\n' && *reading->at != '#')
        return cal_reading_fail(reading, err, "expected the end of the line");
    return CAL_OK;
}

/* ---- what the values mean ---- */

static cal_status need_text(const given *argument, const char *key, const cal_literal *value,
                            cal_error *err)
{
    if (value->kind == CAL_LITERAL_TEXT)
        return CAL_OK;
    return cal_reading_fail(&argument->at, err, "%s: expected a text, found %s", key,
                            cal_literal_kind_name(value->kind));
}

static cal_status read_selection(const reader *r, int key, const char **text, cal_error *err)
{
    const given *argument = &r->argument[key];
    *text = "";
    if (!argument->value || argument->value->kind == CAL_LITERAL_NONE)
        return CAL_OK;
    if (need_text(argument, key_name[key], argument->value, err))
        return err->status;
    *text = argument->value->text;
    return CAL_OK;
}

/* Value number i of `count` tables: a single value is that of all tables, and an empty list says no more than a missing key
 * (NULL). */
static cal_status value_of(const reader *r, int key, int i, int count, const cal_literal **value,
                           cal_error *err)
{
    const given *argument = &r->argument[key];
    const cal_literal *all = argument->value;
    *value = all;
    if (!all || all->kind != CAL_LITERAL_LIST)
        return CAL_OK;
    *value = NULL;
    if (!all->count)
        return CAL_OK;
    if (all->count != count)
        return cal_reading_fail(&argument->at, err, "%s has %d values for %d tables", key_name[key],
                                all->count, count);
    *value = &all->item[i];
    return CAL_OK;
}

static cal_status text_of(const reader *r, int key, int i, int count, const char *fallback,
                          char **text, cal_error *err)
{
    const cal_literal *value;
    if (value_of(r, key, i, count, &value, err) ||
        (value && need_text(&r->argument[key], key_name[key], value, err)))
        return err->status;
    *text = cal_copy_text(value ? value->text : fallback);
    return CAL_OK;
}

static cal_status calwt_of(const reader *r, int i, int count, bool *calwt, cal_error *err)
{
    const cal_literal *value;
    if (value_of(r, CALWT, i, count, &value, err))
        return err->status;
    bool whole = value && value->kind == CAL_LITERAL_INT && (value->number | 1) == 1;
    if (value && value->kind != CAL_LITERAL_BOOL && !whole)
        return cal_reading_fail(&r->argument[CALWT].at, err, "calwt: expected True or False");
    *calwt = value ? value->number != 0 : true;
    return CAL_OK;
}

/* [] and [0, 1] are one map, [[0, 1], []] is a list of maps. */
static cal_status map_of(const reader *r, int i, int count, const cal_literal **map, cal_error *err)
{
    const given *argument = &r->argument[SPWMAP];
    *map = argument->value;
    if (!*map || (*map)->kind != CAL_LITERAL_LIST || !(*map)->count)
        return CAL_OK;
    if ((*map)->item[0].kind == CAL_LITERAL_LIST)
        return value_of(r, SPWMAP, i, count, map, err);
    if (count > 1)
        return cal_reading_fail(&argument->at, err,
                                "spwmap is one map for %d tables; write one list for each table, "
                                "as [[0, 0], []]",
                                count);
    return CAL_OK;
}

static cal_status spwmap_of(const reader *r, int i, int count, cal_calibration *calibration,
                            cal_error *err)
{
    const cal_literal *map;
    if (map_of(r, i, count, &map, err))
        return err->status;
    if (!map || says_nothing(map))
        return CAL_OK;
    calibration->spwmap = CAL_NEW_ARRAY(int, map->count);
    calibration->spwmaps = map->count;
    bool good = map->kind == CAL_LITERAL_LIST;
    for (int k = 0; k < map->count && good; k++) {
        const cal_literal *id = &map->item[k];
        good = id->kind == CAL_LITERAL_INT && id->number >= -999 && id->number <= INT_MAX;
        calibration->spwmap[k] = good ? (int)id->number : 0;
    }
    return good ? CAL_OK
                : cal_reading_fail(&r->argument[SPWMAP].at, err,
                                   "spwmap: expected ids of spws, as [0, 0, 2]");
}

static cal_status read_calibration(const reader *r, int i, int count, cal_calibration *calibration,
                                   cal_error *err)
{
    if (text_of(r, GAINTABLE, i, count, "", &calibration->gaintable, err) ||
        text_of(r, GAINFIELD, i, count, "", &calibration->gainfield, err) ||
        text_of(r, INTERP, i, count, "linear,linear", &calibration->interp, err) ||
        spwmap_of(r, i, count, calibration, err) || calwt_of(r, i, count, &calibration->calwt, err))
        return err->status;
    if (*calibration->gaintable)
        return CAL_OK;
    return cal_reading_fail(&r->argument[GAINTABLE].at, err, "gaintable: a name that is empty");
}

/* ---- lists that stood there before ---- */

static known_list *find_list(struct cal_applycal_store *store, const known_list *wanted)
{
    uint64_t hash = 0;
    for (size_t i = 0; i < CAL_COUNT(wanted->value); i++)
        hash = (hash ^ (uintptr_t)wanted->value[i] >> 4) * 0x9e3779b97f4a7c15u;
    for (size_t i = hash >> 32;; i++) {
        known_list *slot = &store->list[i & (store->slots - 1)];
        if (!slot->calibration || !memcmp(slot->value, wanted->value, sizeof wanted->value))
            return slot;
    }
}

static void make_room(struct cal_applycal_store *store)
{
    if (2 * (store->used + 1) <= store->slots)
        return;
    struct cal_applycal_store larger = *store;
    larger.slots = store->slots ? 2 * store->slots : 64;
    larger.list = CAL_NEW_ARRAY(known_list, larger.slots);
    for (size_t i = 0; i < store->slots; i++)
        if (store->list[i].calibration)
            *find_list(&larger, &store->list[i]) = store->list[i];
    free(store->list);
    *store = larger;
}

static void free_list(known_list *list)
{
    for (int i = 0; i < list->count; i++)
        cal_calibration_free(&list->calibration[i]);
    free(list->calibration);
}

/* A list in a line stands for one calibration where it is a single text. */
static cal_status read_list(const reader *r, known_list *list, cal_error *err)
{
    const cal_literal *tables = r->argument[GAINTABLE].value;
    int count = tables->kind == CAL_LITERAL_LIST ? tables->count : 1;
    if (!count)
        return cal_reading_fail(&r->argument[GAINTABLE].at, err, "gaintable: an empty list");
    list->calibration = CAL_NEW_ARRAY(cal_calibration, count);
    for (; list->count < count; list->count++)
        if (read_calibration(r, list->count, count, &list->calibration[list->count], err)) {
            list->count++;
            free_list(list);
            return err->status;
        }
    return CAL_OK;
}

static int column_of(const cal_reading *at)
{
    return (int)(at->at - at->line_start) + 1;
}

static cal_status add_line(reader *r, const cal_reading *start, cal_applycal_line *line,
                           cal_error *err)
{
    struct cal_applycal_store *store = r->lines->store;
    for (int k = 0; k < KEYS; k += GAINTABLE)
        if (!r->argument[k].value)
            return cal_reading_fail(start, err, "applycal without %s", key_name[k]);
    const char **selects[] = {&line->vis, &line->field, &line->intent, &line->spw, &line->antenna};
    for (int k = 0; k < SELECTS; k++)
        if (read_selection(r, k, selects[k], err))
            return err->status;
        else if (r->argument[k].value)
            line->column[k] = column_of(&r->argument[k].at);
    known_list list = {.count = 0};
    for (int k = SELECTS; k < KEYS; k++)
        list.value[k - SELECTS] = r->argument[k].value;
    make_room(store);
    known_list *slot = find_list(store, &list);
    if (!slot->calibration) {
        if (read_list(r, &list, err))
            return err->status;
        *slot = list;
        store->used++;
    }
    line->calibration = slot->calibration;
    line->calibrations = slot->count;
    line->line = start->line;
    return CAL_OK;
}

/* ---- line by line ---- */

static void next_line(cal_reading *reading)
{
    const char *end = strchr(reading->at, '\n');
    reading->at = end ? end + 1 : reading->at + strlen(reading->at);
    reading->line_start = reading->at;
    reading->line++;
}

cal_status cal_applycal_read(const char *text, const char *name, cal_applycal_lines *lines,
                             cal_error *err)
{
    static const char call[] = "applycal(";
    cal_error own;
    err = err ? err : &own;
    struct cal_applycal_store *store = CAL_NEW(struct cal_applycal_store);
    store->literals = cal_literals_new();
    store->name = cal_copy_text(name);
    *lines = (cal_applycal_lines){.name = store->name, .store = store};
    reader r = {cal_reading_make(text, name), store->literals, lines, {{0}}};
    int room = 0;
    for (; *r.reading.at; next_line(&r.reading)) {
        if (strncmp(r.reading.at, call, strlen(call)))
            continue;
        if (lines->count == room) {
            room = room ? 2 * room : 64;
            lines->item = cal_grow(lines->item, room, sizeof *lines->item);
        }
        lines->item[lines->count] = (cal_applycal_line){0};
        cal_reading start = r.reading;
        r.reading.at += strlen(call);
        if (read_call(&r, err) || add_line(&r, &start, &lines->item[lines->count], err))
            return err->status;
        lines->count++;
    }
    return CAL_OK;
}

void cal_applycal_lines_free(cal_applycal_lines *lines)
{
    struct cal_applycal_store *store = lines->store;
    for (size_t i = 0; store && i < store->slots; i++)
        free_list(&store->list[i]);
    if (store) {
        cal_literals_free(store->literals);
        free(store->name);
        free(store->list);
    }
    free(store);
    free(lines->item);
    *lines = (cal_applycal_lines){0};
}
