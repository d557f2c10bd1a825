/* Reading CASA's cal-library text. */
#include "base/mem.h"
#include "base/text.h"
#include "callib/casa_text.h"
#include <ctype.h>
#include <stdint.h>
#include <string.h>

/* A line as key = value pairs; values keep what kind they were. */
typedef struct pair {
    char *key, *value;
    bool quoted, list;
} pair;

enum { MAX_PAIRS = 24 };

typedef struct reader {
    const char *name;
    int line;
    const char *at;
    pair pair[MAX_PAIRS];
    int pairs;
} reader;

static cal_status complain(const reader *r, cal_error *err, const char *what)
{
    return cal_fail(err, CAL_INPUT, "%s: line %d: %s", r->name, r->line, what);
}

/* ---- words ---- */

static bool ends_line(char c)
{
    return !c || c == '\n' || c == '#';
}

static void skip_blanks(reader *r)
{
    while (*r->at == ' ' || *r->at == '\t' || *r->at == '\r' || *r->at == ',')
        r->at++;
}

static char *take(reader *r, const char *end)
{
    char *text = cal_format("%.*s", (int)(end - r->at), r->at);
    r->at = end;
    return text;
}

static cal_status read_key(reader *r, pair *into, cal_error *err)
{
    const char *end = r->at;
    while (isalnum((unsigned char)*end) || *end == '_')
        end++;
    if (end == r->at)
        return complain(r, err, "expected key=value");
    into->key = take(r, end);
    while (*r->at == ' ' || *r->at == '\t')
        r->at++;
    if (*r->at != '=')
        return cal_fail(err, CAL_INPUT, "%s: line %d: expected = after %s", r->name, r->line,
                        into->key);
    r->at++;
    while (*r->at == ' ' || *r->at == '\t')
        r->at++;
    return CAL_OK;
}

/* 'text', "text", [1,2,3] or a bare word. */
static cal_status read_value(reader *r, pair *into, cal_error *err)
{
    char open = *r->at, close = open == '[' ? ']' : open;
    into->quoted = open == '\'' || open == '"';
    into->list = open == '[';
    if (into->quoted || into->list) {
        const char *end = ++r->at;
        while (*end && *end != '\n' && *end != close)
            end++;
        if (*end != close)
            return cal_fail(err, CAL_INPUT, "%s: line %d: %s=%c... has no %c at its end", r->name,
                            r->line, into->key, open, close);
        into->value = take(r, end);
        r->at++;
        return CAL_OK;
    }
    const char *end = r->at;
    while (!ends_line(*end) && !strchr(" \t\r,", *end))
        end++;
    into->value = take(r, end);
    return CAL_OK;
}

static cal_status read_line(reader *r, cal_error *err)
{
    r->pairs = 0;
    for (skip_blanks(r); !ends_line(*r->at); skip_blanks(r)) {
        if (r->pairs == MAX_PAIRS)
            return complain(r, err, "too many keys");
        pair *into = &r->pair[r->pairs++];
        *into = (pair){0};
        if (read_key(r, into, err) || read_value(r, into, err))
            return err->status;
    }
    while (*r->at && *r->at != '\n')
        r->at++;
    return CAL_OK;
}

static void drop_pairs(reader *r)
{
    for (int i = 0; i < r->pairs; i++) {
        free(r->pair[i].key);
        free(r->pair[i].value);
    }
    r->pairs = 0;
}

/* ---- what the keys mean ---- */

static const char *const keys[] = {"caltable", "calwt",   "field",   "intent", "spw",
                                   "obs",      "tinterp", "finterp", "reach",  "obsmap",
                                   "fldmap",   "spwmap",  "antmap"};

static cal_status set_text(const reader *r, const pair *p, char **text, cal_error *err)
{
    if (!p->quoted)
        return cal_fail(err, CAL_INPUT, "%s: line %d: %s needs its value in quotes: %s='%s'",
                        r->name, r->line, p->key, p->key, p->value);
    free(*text);
    *text = cal_copy_text(p->value);
    return CAL_OK;
}

static cal_status set_list(const reader *r, const pair *p, int **list, int *count, cal_error *err)
{
    cal_words words = cal_words_split(p->value, ',');
    cal_status status = CAL_OK;
    free(*list);
    *list = CAL_NEW_ARRAY(int, words.count);
    *count = words.count;
    for (int i = 0; i < words.count && !status; i++) {
        long long id;
        if (p->quoted || !cal_parse_int(words.item[i], &id) || id < 0 || id > INT32_MAX)
            status = cal_fail(err, CAL_INPUT,
                              "%s: line %d: %s=%s: expected ids for 0, 1, ... of the data, as "
                              "[0,0,1]",
                              r->name, r->line, p->key, p->value);
        else
            (*list)[i] = (int)id;
    }
    cal_words_free(&words);
    return status;
}

static cal_status set_calwt(const reader *r, const pair *p, bool *calwt, cal_error *err)
{
    if (cal_parse_bool(p->value, calwt))
        return CAL_OK;
    return cal_fail(err, CAL_INPUT, "%s: line %d: calwt=%s: expected True or False", r->name,
                    r->line, p->value);
}

static cal_status set_pair(const reader *r, const pair *p, cal_casa_line *line, cal_error *err)
{
    const struct {
        const char *key;
        int **list, *count;
    } lists[] = {{"spwmap", &line->spwmap, &line->spwmap_count},
                 {"antmap", &line->antmap, &line->antmap_count},
                 {"obsmap", &line->obsmap, &line->obsmap_count},
                 {"fldmap", &line->fldmaps, &line->fldmap_count}};
    const struct {
        const char *key;
        char **text;
    } texts[] = {{"caltable", &line->caltable}, {"field", &line->field}, {"intent", &line->intent},
                 {"spw", &line->spw},           {"obs", &line->obs},     {"fldmap", &line->fldmap}};
    if (!strcmp(p->key, "calwt"))
        return set_calwt(r, p, &line->calwt, err);
    for (size_t i = 0; i < CAL_COUNT(lists); i++)
        if (!strcmp(p->key, lists[i].key) && (p->list || lists[i].list != &line->fldmaps))
            return set_list(r, p, lists[i].list, lists[i].count, err);
    for (size_t i = 0; i < CAL_COUNT(texts); i++)
        if (!strcmp(p->key, texts[i].key))
            return set_text(r, p, texts[i].text, err);
    char **word = !strcmp(p->key, "tinterp")   ? &line->tinterp
                  : !strcmp(p->key, "finterp") ? &line->finterp
                                               : NULL;
    if (word) {
        free(*word);
        *word = cal_copy_text(p->value);
    }
    return CAL_OK;
}

/* A name that nobody knows is most likely misspelt, and what it should have said would be missing
 * from the result. */
static cal_status unknown_key(const reader *r, const pair *p, cal_error *err)
{
    const char *near = cal_nearest(p->key, keys, CAL_COUNT(keys));
    return cal_fail(err, CAL_INPUT, "%s: line %d: there is no key \"%s\"%s%s%s", r->name, r->line,
                    p->key, near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

static cal_status check_keys(const reader *r, cal_error *err)
{
    bool table = false;
    for (int i = 0; i < r->pairs; i++) {
        bool known = false;
        for (size_t k = 0; k < CAL_COUNT(keys); k++)
            known = known || !strcmp(r->pair[i].key, keys[k]);
        if (!known)
            return unknown_key(r, &r->pair[i], err);
        table = table || (!strcmp(r->pair[i].key, "caltable") && *r->pair[i].value);
    }
    return table ? CAL_OK : complain(r, err, "no caltable='...'");
}

static void free_line(cal_casa_line *line)
{
    void *owned[] = {line->caltable, line->field,   line->intent,  line->spw,
                     line->obs,      line->tinterp, line->finterp, line->fldmap,
                     line->fldmaps,  line->obsmap,  line->spwmap,  line->antmap};
    for (size_t i = 0; i < CAL_COUNT(owned); i++)
        free(owned[i]);
}

static cal_status add_line(const reader *r, cal_casa_lines *lines, cal_error *err)
{
    if (check_keys(r, err))
        return err->status;
    if (!(lines->count & (lines->count - 1)))
        lines->item =
            cal_grow(lines->item, lines->count ? 2 * lines->count : 1, sizeof *lines->item);
    cal_casa_line *line = &lines->item[lines->count++];
    *line = (cal_casa_line){.calwt = true, .line = r->line};
    for (int i = 0; i < r->pairs; i++)
        if (set_pair(r, &r->pair[i], line, err))
            return err->status;
    return CAL_OK;
}

cal_status cal_casa_read(const char *text, const char *name, cal_casa_lines *lines, cal_error *err)
{
    reader r = {.name = name, .at = text};
    int before = lines->count;
    cal_error own;
    err = err ? err : &own;
    while (*r.at) {
        r.line++;
        cal_status status = read_line(&r, err);
        if (!status && r.pairs)
            status = add_line(&r, lines, err);
        drop_pairs(&r);
        if (status)
            return status;
        r.at += *r.at == '\n';
    }
    if (lines->count == before)
        return cal_fail(err, CAL_INPUT, "%s: no line of this cal library names a caltable", name);
    return CAL_OK;
}

void cal_casa_lines_free(cal_casa_lines *lines)
{
    for (int i = 0; i < lines->count; i++)
        free_line(&lines->item[i]);
    free(lines->item);
    *lines = (cal_casa_lines){0};
}
