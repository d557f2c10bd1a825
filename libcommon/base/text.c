#include "base/text.h"

#include "base/mem.h"
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* ---- words ---- */

static void add_bytes(cal_words *words, const char *text, size_t length)
{
    words->item = cal_grow(words->item, (size_t)words->count + 1, sizeof *words->item);
    char *copy = cal_alloc(length + 1, 1);
    memcpy(copy, text, length);
    words->item[words->count++] = copy;
}

void cal_words_add(cal_words *words, const char *text)
{
    add_bytes(words, text, strlen(text));
}

static void add_trimmed(cal_words *words, const char *start, const char *end)
{
    while (start < end && isspace((unsigned char)*start))
        start++;
    while (end > start && isspace((unsigned char)end[-1]))
        end--;
    add_bytes(words, start, (size_t)(end - start));
}

cal_words cal_words_split(const char *text, char separator)
{
    cal_words words = {0};
    if (!text || !text[strspn(text, " \t\n")])
        return words;
    for (const char *start = text;;) {
        const char *end = strchr(start, separator);
        add_trimmed(&words, start, end ? end : start + strlen(start));
        if (!end)
            return words;
        start = end + 1;
    }
}

void cal_words_free(cal_words *words)
{
    for (int i = 0; i < words->count; i++)
        free(words->item[i]);
    free(words->item);
    *words = (cal_words){0};
}

/* ---- names for CASA ---- */

/* ASCII only, whatever the locale. */
static bool is_letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Nothing but letters, digits and the characters of `more`, and not digits alone. */
static bool consists_of(const char *name, const char *more)
{
    bool digits = true;
    for (; *name; name++) {
        if (!is_letter_or_digit(*name) && !strchr(more, *name))
            return false;
        digits &= *name >= '0' && *name <= '9';
    }
    return !digits;
}

char *cal_casa_name(const char *name)
{
    return !*name || consists_of(name, "+-_") ? cal_copy_text(name) : cal_format("\"%s\"", name);
}

bool cal_casa_name_is_plain(const char *name)
{
    return consists_of(name, "+-_.=");
}

/* ---- the nearest word ---- */

static int least(int a, int b, int c)
{
    int ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* Letters to insert, delete, change or swap with a neighbour, whatever their case. */
static int edit_distance(const char *a, const char *b)
{
    enum { MAX = 63 };
    int n = (int)strlen(a), m = (int)strlen(b), d[MAX + 1][MAX + 1];
    if (n > MAX || m > MAX)
        return MAX;
    for (int i = 0; i <= n; i++) {
        for (int j = 0; j <= m; j++) {
            if (!i || !j) {
                d[i][j] = i + j;
                continue;
            }
            int p = tolower((unsigned char)a[i - 1]), q = tolower((unsigned char)b[j - 1]);
            d[i][j] = least(d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (p != q));
            bool swapped = i > 1 && j > 1 && p == tolower((unsigned char)b[j - 2]) &&
                           q == tolower((unsigned char)a[i - 2]);
            if (swapped && d[i - 2][j - 2] + 1 < d[i][j])
                d[i][j] = d[i - 2][j - 2] + 1;
        }
    }
    return d[n][m];
}

const char *cal_nearest(const char *word, const char *const *candidate, int count)
{
    const char *best = NULL;
    int best_distance = 1 + (int)strlen(word) / 3 + (strlen(word) > 2);
    for (int i = 0; i < count; i++) {
        size_t length = strlen(word);
        int distance = edit_distance(word, candidate[i]);
        if (length > 2 && !strncasecmp(word, candidate[i], length))
            distance = 1; /* the beginning of it */
        else if (distance > 1 && 2 * distance >= (int)length)
            continue; /* half of it would be another word */
        if (distance < best_distance) {
            best_distance = distance;
            best = candidate[i];
        }
    }
    return best;
}

/* ---- numbers ---- */

bool cal_parse_int(const char *text, long long *value)
{
    char *end;
    if (!text || !*text || isspace((unsigned char)*text))
        return false;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (*end || errno)
        return false;
    *value = number;
    return true;
}

bool cal_parse_number(const char *text, double *value)
{
    char *end;
    if (!text || !*text || isspace((unsigned char)*text) || strpbrk(text, "xXpP"))
        return false;
    double number = strtod(text, &end);
    if (*end || end == text)
        return false;
    *value = number;
    return true;
}

bool cal_parse_bool(const char *text, bool *value)
{
    static const char *const yes[] = {"true", "t", "yes", "1"}, *const no[] = {"false", "f", "no",
                                                                               "0"};
    for (size_t i = 0; i < CAL_COUNT(yes); i++) {
        if (!strcasecmp(text, yes[i]) || !strcasecmp(text, no[i])) {
            *value = !strcasecmp(text, yes[i]);
            return true;
        }
    }
    return false;
}

/* ---- quantities ---- */

static const struct unit {
    const char *name, *base;
    double factor;
} units[] = {
    {"s", "s", 1},
    {"ms", "s", 1e-3},
    {"us", "s", 1e-6},
    {"min", "s", 60},
    {"h", "s", 3600},
    {"d", "s", 86400},
    {"Hz", "Hz", 1},
    {"kHz", "Hz", 1e3},
    {"MHz", "Hz", 1e6},
    {"GHz", "Hz", 1e9},
    {"m", "m", 1},
    {"km", "m", 1e3},
    {"cm", "m", 1e-2},
    {"mm", "m", 1e-3},
    {"rad", "rad", 1},
    {"deg", "rad", M_PI / 180},
    {"arcmin", "rad", M_PI / 10800},
    {"arcsec", "rad", M_PI / 648000},
    {"mas", "rad", M_PI / 648e6},
    {"uas", "rad", M_PI / 648e9},
    {"Jy", "Jy", 1},
    {"mJy", "Jy", 1e-3},
    {"uJy", "Jy", 1e-6},
};

static void list_units(const char *base, char *text, size_t size)
{
    *text = 0;
    for (size_t i = 0; i < CAL_COUNT(units); i++) {
        size_t used = strlen(text);
        if (!strcmp(units[i].base, base))
            snprintf(text + used, size - used, "%s%s", used ? " " : "", units[i].name);
    }
}

cal_status cal_parse_quantity(const char *text, const char *base, const char *bare, double *value,
                              cal_error *err)
{
    char *rest, known[128];
    double number = strtod(text, &rest);
    list_units(base, known, sizeof known);
    if (rest == text || !isfinite(number))
        return cal_fail(err, CAL_USAGE, "\"%s\" is not a number with a unit (%s)", text, known);
    while (*rest == ' ')
        rest++;
    const char *name = *rest ? rest : bare;
    if (!name)
        return cal_fail(err, CAL_USAGE, "\"%s\" needs a unit (%s)", text, known);
    for (size_t i = 0; i < CAL_COUNT(units); i++) {
        bool same =
            strcmp(base, "Hz") ? !strcmp(units[i].name, name) : !strcasecmp(units[i].name, name);
        if (same && !strcmp(units[i].base, base)) {
            *value = number * units[i].factor;
            return CAL_OK;
        }
    }
    return cal_fail(err, CAL_USAGE, "\"%s\": unknown unit \"%s\"; units here are %s", text, name,
                    known);
}

/* ---- sizes and paths ---- */

char *cal_size_text(double bytes, char *text)
{
    static const char *const unit[] = {"bytes", "kB", "MB", "GB", "TB", "PB"};
    size_t i = 0;
    for (; bytes >= 999.5 && i + 1 < CAL_COUNT(unit); i++)
        bytes /= 1000;
    snprintf(text, 32, i && bytes < 9.95 ? "%.1f %s" : "%.0f %s", bytes, unit[i]);
    return text;
}

char *cal_basename(const char *path)
{
    size_t end = strlen(path);
    while (end > 1 && path[end - 1] == '/')
        end--;
    size_t start = end;
    while (start > 0 && path[start - 1] != '/')
        start--;
    char *name = cal_alloc(end - start + 1, 1);
    memcpy(name, path + start, end - start);
    return name;
}

/* ---- maps of spws ---- */

cal_status cal_parse_spwmap(const char *text, int **map, int *count, cal_error *err)
{
    char *plain = cal_copy_text(text);
    for (char *c = plain; *c; c++)
        *c = strchr("[]", *c) ? ' ' : *c;
    cal_words words = cal_words_split(plain, ',');
    cal_status status = CAL_OK;
    *map = CAL_NEW_ARRAY(int, words.count);
    *count = words.count;
    for (int i = 0; i < words.count && !status; i++) {
        long long id;
        if (!cal_parse_int(words.item[i], &id) || id < -999 || id > INT32_MAX)
            status = cal_fail(err, CAL_USAGE,
                              "%s: \"%s\" is no spw id; expected ids for spw 0, 1, ... of "
                              "the data, as 0,0,1",
                              text, words.item[i]);
        else
            (*map)[i] = (int)id;
    }
    cal_words_free(&words);
    free(plain);
    return status;
}

/* ---- files ---- */

const char *cal_text_name(const char *path)
{
    return strcmp(path, "-") ? path : "standard input";
}

static cal_status read_stream(FILE *file, const char *name, cal_buf *text, cal_error *err)
{
    char bytes[1 << 16];
    for (size_t got; (got = fread(bytes, 1, sizeof bytes, file)) > 0;) {
        cal_buf_add_bytes(text, bytes, got);
        if (text->len >= 1u << 30)
            return cal_fail(err, CAL_USAGE, "%s: more than 1 GB of text", name);
    }
    if (ferror(file))
        return cal_fail_errno(err, CAL_INPUT, "%s: cannot be read", name);
    return CAL_OK;
}

cal_status cal_text_read(const char *path, char **text, size_t *length, cal_error *err)
{
    bool standard = !strcmp(path, "-");
    cal_buf all = {0};
    FILE *file = standard ? stdin : fopen(path, "r");
    if (!file)
        return cal_fail_errno(err, CAL_INPUT, "%s: cannot be opened", path);
    cal_status status = read_stream(file, cal_text_name(path), &all, err);
    if (!standard)
        fclose(file);
    *length = all.len;
    if (!status)
        *text = cal_buf_steal(&all);
    cal_buf_free(&all);
    return status;
}
