#include "callib/literal.h"
#include "base/buf.h"
#include "base/mem.h"
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* ---- the text ---- */

cal_reading cal_reading_make(const char *text, const char *name)
{
    return (cal_reading){name, text, text, 1};
}

cal_status cal_reading_fail(const cal_reading *reading, cal_error *err, const char *format, ...)
{
    char what[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return cal_fail(err, CAL_USAGE, "%s:%d:%d: %s", reading->name, reading->line,
                    (int)(reading->at - reading->line_start) + 1, what);
}

static void pass_newline(cal_reading *reading)
{
    reading->line++;
    reading->line_start = ++reading->at;
}

void cal_reading_skip(cal_reading *reading)
{
    for (;;) {
        while (*reading->at == ' ' || *reading->at == '\t' || *reading->at == '\r')
            reading->at++;
        if (*reading->at == '#')
            reading->at += strcspn(reading->at, "\n");
        if (*reading->at != '\n')
            return;
        pass_newline(reading);
    }
}

/* ---- values ---- */

const char *cal_literal_kind_name(cal_literal_kind kind)
{
    static const char *const name[] = {"None",     "True or False", "an integer",
                                       "a number", "a text",        "a list"};
    return name[kind];
}

static void free_parts(cal_literal *literal)
{
    for (int i = 0; i < literal->count; i++)
        free_parts(&literal->item[i]);
    free(literal->item);
    free(literal->text);
}

static void add_utf8(unsigned code, cal_buf *out)
{
    char bytes[4];
    int count = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (int i = count - 1; i > 0; i--, code >>= 6)
        bytes[i] = (char)(0x80 | (code & 0x3f));
    bytes[0] = (char)(lead[count] | code);
    cal_buf_add_bytes(out, bytes, count);
}

/* \xHH, \uHHHH, \UHHHHHHHH: `digits` of them. */
static bool read_hex(cal_reading *reading, int digits, cal_buf *out)
{
    unsigned code = 0;
    for (int i = 0; i < digits; i++, reading->at++) {
        unsigned char c = (unsigned char)*reading->at;
        if (!isxdigit(c))
            return false;
        code = code * 16 + (isdigit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    if (!code || code > 0x10ffff)
        return false;
    add_utf8(code, out);
    return true;
}

/* Behind the backslash. What Python does not know as an escape stays as it is. */
static bool read_escape(cal_reading *reading, cal_buf *out)
{
    static const char plain[] = "\\'\"abfnrtv", means[] = "\\'\"\a\b\f\n\r\t\v";
    char c = *reading->at;
    const char *found = c ? strchr(plain, c) : NULL;
    if (found) {
        cal_buf_add_bytes(out, &means[found - plain], 1);
        reading->at++;
        return true;
    }
    if (c == 'x' || c == 'u' || c == 'U') {
        reading->at++;
        return read_hex(reading, c == 'x' ? 2 : c == 'u' ? 4 : 8, out);
    }
    if (c >= '0' && c <= '7')
        return false;
    cal_buf_add(out, "\\");
    return true;
}

static cal_status read_text(cal_reading *reading, cal_literal *value, cal_error *err)
{
    cal_reading start = *reading;
    char quote = *reading->at++;
    char stops[] = {quote, '\\', '\n', '\0'};
    cal_buf text = {0};
    for (;;) {
        size_t plain = strcspn(reading->at, stops);
        cal_buf_add_bytes(&text, reading->at, plain);
        reading->at += plain;
        if (*reading->at != '\\')
            break;
        cal_reading escape = *reading;
        reading->at++;
        if (!read_escape(reading, &text)) {
            cal_buf_free(&text);
            return cal_reading_fail(&escape, err, "an escape that is not understood");
        }
    }
    if (*reading->at != quote) {
        cal_buf_free(&text);
        return cal_reading_fail(&start, err, "a text without a %c at its end", quote);
    }
    reading->at++;
    cal_buf_add(&text, "");
    value->kind = CAL_LITERAL_TEXT;
    value->text = cal_copy_text(cal_buf_text(&text));
    cal_buf_free(&text);
    return CAL_OK;
}

/* Python 2 wrote long integers as 12L. */
static cal_status read_number(cal_reading *reading, cal_literal *value, cal_error *err)
{
    char *integer_end, *real_end;
    errno = 0;
    value->number = strtoll(reading->at, &integer_end, 10);
    bool overflow = errno == ERANGE;
    strtod(reading->at, &real_end);
    if (integer_end == reading->at && real_end == reading->at)
        return cal_reading_fail(reading, err, "expected a number");
    bool integer = real_end <= integer_end;
    if (integer && overflow)
        return cal_reading_fail(reading, err, "an integer that is too large");
    value->kind = integer ? CAL_LITERAL_INT : CAL_LITERAL_REAL;
    reading->at = integer ? integer_end : real_end;
    reading->at += integer && *reading->at == 'L';
    return CAL_OK;
}

static cal_status read_word(cal_reading *reading, cal_literal *value, cal_error *err)
{
    static const struct {
        const char *word;
        cal_literal_kind kind;
        int number;
    } words[] = {{"True", CAL_LITERAL_BOOL, 1},
                 {"False", CAL_LITERAL_BOOL, 0},
                 {"None", CAL_LITERAL_NONE, 0}};
    size_t length = 0;
    while (isalnum((unsigned char)reading->at[length]) || reading->at[length] == '_')
        length++;
    for (size_t i = 0; i < CAL_COUNT(words); i++)
        if (strlen(words[i].word) == length && !strncmp(words[i].word, reading->at, length)) {
            *value = (cal_literal){.kind = words[i].kind, .number = words[i].number};
            reading->at += length;
            return CAL_OK;
        }
    if (length)
        return cal_reading_fail(reading, err,
                                "%.*s is no value; expected a text in quotes, an integer, True, "
                                "False or a list",
                                (int)(length > 40 ? 40 : length), reading->at);
    return cal_reading_fail(reading, err, "expected a value");
}

enum { DEEPEST = 8 };

static cal_status read_value(cal_reading *reading, int depth, cal_literal *value, cal_error *err);

static cal_status read_list(cal_reading *reading, int depth, cal_literal *value, cal_error *err)
{
    cal_reading start = *reading;
    char close = *reading->at++ == '[' ? ']' : ')';
    int room = 0;
    value->kind = CAL_LITERAL_LIST;
    if (depth > DEEPEST)
        return cal_reading_fail(&start, err, "lists within lists beyond reason");
    for (cal_reading_skip(reading); *reading->at != close; cal_reading_skip(reading)) {
        if (!*reading->at)
            return cal_reading_fail(&start, err, "a list without a %c at its end", close);
        if (value->count == room) {
            room = room ? 2 * room : 4;
            value->item = cal_grow(value->item, room, sizeof *value->item);
        }
        cal_literal *item = &value->item[value->count++];
        *item = (cal_literal){0};
        if (read_value(reading, depth + 1, item, err))
            return err->status;
        cal_reading_skip(reading);
        if (*reading->at == ',')
            reading->at++;
        else if (*reading->at != close)
            return cal_reading_fail(reading, err, "expected , or %c in a list", close);
    }
    reading->at++;
    return CAL_OK;
}

/* Python 2 wrote texts as u'...'. */
static cal_status read_value(cal_reading *reading, int depth, cal_literal *value, cal_error *err)
{
    char c = *reading->at, next = c ? reading->at[1] : '\0';
    if ((c == 'u' || c == 'b') && (next == '\'' || next == '"')) {
        reading->at++;
        return read_text(reading, value, err);
    }
    if (c == '\'' || c == '"')
        return read_text(reading, value, err);
    if (c == '[' || c == '(')
        return read_list(reading, depth, value, err);
    if (isdigit((unsigned char)c) || c == '-' || c == '+' || c == '.')
        return read_number(reading, value, err);
    return read_word(reading, value, err);
}

/* ---- the cache ---- */

typedef struct entry {
    const char *text; /* as written */
    size_t length;
    uint64_t hash;
    cal_literal *value;
} entry;

struct cal_literals {
    entry *slot; /* open addressing */
    size_t slots, used;
};

cal_literals *cal_literals_new(void)
{
    cal_literals *made = CAL_NEW(cal_literals);
    made->slots = 256;
    made->slot = CAL_NEW_ARRAY(entry, made->slots);
    return made;
}

void cal_literals_free(cal_literals *literals)
{
    if (!literals)
        return;
    for (size_t i = 0; i < literals->slots; i++)
        if (literals->slot[i].value) {
            free_parts(literals->slot[i].value);
            free(literals->slot[i].value);
        }
    free(literals->slot);
    free(literals);
}

/* How long a value on one line is, its words unread; 0 when that cannot be told so easily. */
static size_t extent(const char *text)
{
    const char *c = text;
    int depth = 0;
    for (; *c && *c != '\n' && *c != '#'; c++) {
        if (*c == '\'' || *c == '"') {
            char stops[] = {*c, '\\', '\n', '\0'};
            c += 1 + strcspn(c + 1, stops);
            if (*c != stops[0])
                return 0;
        } else if (*c == '[' || *c == '(')
            depth++;
        else if (!depth && (*c == ',' || *c == ')' || *c == ' '))
            return c - text;
        else if (*c == ']' || *c == ')')
            depth--;
    }
    return 0;
}

/* Eight bytes at a time (FNV's rule on words); equal texts are compared in the end. */
static uint64_t hash_text(const char *text, size_t length)
{
    uint64_t hash = 0xcbf29ce484222325u ^ length, word;
    for (; length >= sizeof word; text += sizeof word, length -= sizeof word) {
        memcpy(&word, text, sizeof word);
        hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 29;
    }
    word = 0;
    memcpy(&word, text, length);
    hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 32;
}

static entry *find(const cal_literals *literals, const entry *wanted)
{
    for (size_t i = wanted->hash;; i++) {
        entry *slot = &literals->slot[i & (literals->slots - 1)];
        if (!slot->value || (slot->hash == wanted->hash && slot->length == wanted->length &&
                             !memcmp(slot->text, wanted->text, wanted->length)))
            return slot;
    }
}

static void make_room(cal_literals *literals)
{
    if (2 * (literals->used + 1) <= literals->slots)
        return;
    cal_literals larger = {.slots = 2 * literals->slots, .used = literals->used};
    larger.slot = CAL_NEW_ARRAY(entry, larger.slots);
    for (size_t i = 0; i < literals->slots; i++)
        if (literals->slot[i].value)
            *find(&larger, &literals->slot[i]) = literals->slot[i];
    free(literals->slot);
    *literals = larger;
}

cal_status cal_literals_read(cal_literals *literals, cal_reading *reading,
                             const cal_literal **value, cal_error *err)
{
    entry wanted = {.text = reading->at, .length = extent(reading->at)};
    wanted.hash = hash_text(wanted.text, wanted.length);
    make_room(literals);
    entry *slot = wanted.length ? find(literals, &wanted) : NULL;
    if (slot && slot->value) {
        reading->at += wanted.length;
        *value = slot->value;
        return CAL_OK;
    }
    wanted.value = CAL_NEW(cal_literal);
    if (read_value(reading, 0, wanted.value, err)) {
        free_parts(wanted.value);
        free(wanted.value);
        return err->status;
    }
    /* Kept under the words that were really read, which may be longer than the easy view of them. */
    wanted.length = reading->at - wanted.text;
    wanted.hash = hash_text(wanted.text, wanted.length);
    slot = find(literals, &wanted);
    if (slot->value) {
        free_parts(wanted.value);
        free(wanted.value);
    } else {
        *slot = wanted;
        literals->used++;
    }
    *value = slot->value;
    return CAL_OK;
}
