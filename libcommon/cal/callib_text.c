#include "cal/callib_text.h"
#include "base/mem.h"
#include "base/text.h"
#include "cal/interp.h"
#include <ctype.h>
#include <stdio.h>
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

/* The item being made, and the two halves of its interp. */
typedef struct line {
    cal_chain_item *item;
    const char *tinterp, *finterp;
} line;

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

static cal_status set_selection(const reader *r, const pair *p, cal_chain_item *item,
                                cal_error *err)
{
    const struct {
        const char *key;
        char **text;
    } selection[] = {{"field", &item->field},
                     {"intent", &item->intent},
                     {"spw", &item->spw},
                     {"obs", &item->observation}};
    for (size_t i = 0; i < CAL_COUNT(selection); i++)
        if (!strcmp(p->key, selection[i].key))
            return set_text(r, p, selection[i].text, err);
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

static cal_status set_pair(const reader *r, const pair *p, line *l, cal_error *err)
{
    cal_chain_item *item = l->item;
    if (!strcmp(p->key, "calwt"))
        return set_calwt(r, p, &item->calwt, err);
    if (!strcmp(p->key, "spwmap"))
        return set_list(r, p, &item->spwmap, &item->spwmaps, err);
    if (!strcmp(p->key, "antmap"))
        return set_list(r, p, &item->antmap, &item->antmaps, err);
    if (!strcmp(p->key, "obsmap"))
        return set_list(r, p, &item->obsmap, &item->obsmaps, err);
    if (!strcmp(p->key, "fldmap"))
        return p->list ? set_list(r, p, &item->fldmap, &item->fldmaps, err)
                       : set_text(r, p, &item->gainfield, err);
    if (!strcmp(p->key, "tinterp"))
        l->tinterp = p->value;
    else if (!strcmp(p->key, "finterp"))
        l->finterp = p->value;
    else
        return set_selection(r, p, item, err);
    return CAL_OK;
}

static const pair *find_table(const reader *r)
{
    for (int i = 0; i < r->pairs; i++)
        if (!strcmp(r->pair[i].key, "caltable"))
            return &r->pair[i];
    return NULL;
}

static cal_status check_keys(const reader *r, cal_error *err)
{
    for (int i = 0; i < r->pairs; i++) {
        bool known = false;
        for (size_t k = 0; k < CAL_COUNT(keys); k++)
            known = known || !strcmp(r->pair[i].key, keys[k]);
        if (!known)
            return unknown_key(r, &r->pair[i], err);
    }
    return CAL_OK;
}

static cal_status check_interp(const reader *r, line *l, cal_error *err)
{
    cal_interp interp;
    free(l->item->interp);
    l->item->interp = cal_format("%s,%s", l->tinterp, l->finterp);
    if (cal_interp_parse(l->item->interp, &interp, err)) {
        cal_prefix(err, "%s: line %d", r->name, r->line);
        err->status = CAL_INPUT;
        return CAL_INPUT;
    }
    return CAL_OK;
}

static cal_status add_line(reader *r, cal_chain_list *list, cal_error *err)
{
    char *path = NULL;
    const pair *table = find_table(r);
    if (check_keys(r, err))
        return err->status;
    if (!table || !*table->value)
        return complain(r, err, "no caltable='...'");
    if (set_text(r, table, &path, err))
        return err->status;
    line l = {cal_chain_list_add(list, path), "", ""};
    free(path);
    l.item->from_library = true;
    for (int i = 0; i < r->pairs; i++)
        if (set_pair(r, &r->pair[i], &l, err))
            return err->status;
    return check_interp(r, &l, err);
}

cal_status cal_callib_parse(const char *text, const char *name, cal_chain_list *list,
                            cal_error *err)
{
    reader r = {.name = name, .at = text};
    int before = list->count;
    while (*r.at) {
        r.line++;
        cal_status status = read_line(&r, err);
        if (!status && r.pairs)
            status = add_line(&r, list, err);
        drop_pairs(&r);
        if (status)
            return status;
        r.at += *r.at == '\n';
    }
    if (list->count == before)
        return cal_fail(err, CAL_INPUT, "%s: no line of this cal library names a caltable", name);
    return CAL_OK;
}

cal_status cal_callib_read(const char *path, cal_chain_list *list, cal_error *err)
{
    FILE *file = fopen(path, "r");
    if (!file)
        return cal_fail_errno(err, CAL_INPUT, "cannot read the cal library %s", path);
    cal_buf text = {0};
    char part[4096];
    size_t got;
    while ((got = fread(part, 1, sizeof part, file)) > 0)
        cal_buf_add_bytes(&text, part, got);
    bool failed = ferror(file);
    fclose(file);
    cal_status status = failed
                            ? cal_fail_errno(err, CAL_INPUT, "cannot read the cal library %s", path)
                            : cal_callib_parse(cal_buf_text(&text), path, list, err);
    cal_buf_free(&text);
    return status;
}
