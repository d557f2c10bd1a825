#include "base/option.h"

#include "base/mem.h"
#include "base/text.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static bool is_real(const cal_option *option)
{
    return option->kind != CAL_SECTION;
}

static const cal_option *find(const cal_option *const *tables, const char *name, size_t length,
                              char letter)
{
    for (; *tables; tables++)
        for (const cal_option *o = *tables; o->kind != CAL_END; o++)
            if (is_real(o) &&
                (letter ? o->letter == letter
                        : strlen(o->name) == length && !strncmp(o->name, name, length)))
                return o;
    return NULL;
}

/* CASA's parameters for what is an operand here. */
static bool names_an_operand(const char *name)
{
    static const char *const parameters[] = {"vis", "outputvis", "caltable", "imagename"};
    for (size_t i = 0; i < CAL_COUNT(parameters); i++)
        if (!strcmp(name, parameters[i]))
            return true;
    return false;
}

static cal_status fail_unknown(const cal_option *const *tables, const char *name, cal_error *err)
{
    if (names_an_operand(name))
        return cal_fail(err, CAL_USAGE,
                        "unknown option --%s: its value is given without an option; --help tells "
                        "where",
                        name);
    const char *names[256];
    int count = 0;
    for (; *tables; tables++)
        for (const cal_option *o = *tables; o->kind != CAL_END; o++)
            if (is_real(o) && count < (int)CAL_COUNT(names))
                names[count++] = o->name;
    const char *near = cal_nearest(name, names, count);
    if (near)
        return cal_fail(err, CAL_USAGE, "unknown option --%s; did you mean --%s?", name, near);
    return cal_fail(err, CAL_USAGE, "unknown option --%s; --help lists all", name);
}

static cal_status set_choice(const cal_option *option, const char *text, cal_error *err)
{
    cal_words words = cal_words_split(option->choices, ' ');
    const char *chosen = NULL;
    for (int i = 0; i < words.count; i++)
        if (!strcmp(words.item[i], text))
            chosen = text;
    const char *near = cal_nearest(text, (const char *const *)words.item, words.count);
    cal_status status = CAL_OK;
    if (chosen)
        *(const char **)option->value = chosen;
    else if (near)
        status = cal_fail(err, CAL_USAGE, "--%s %s: did you mean %s? (one of: %s)", option->name,
                          text, near, option->choices);
    else
        status = cal_fail(err, CAL_USAGE, "--%s %s: must be one of: %s", option->name, text,
                          option->choices);
    cal_words_free(&words);
    return status;
}

static cal_status set_value(const cal_option *option, const char *text, cal_error *err)
{
    long long whole;
    switch (option->kind) {
    case CAL_FLAG:
        if (!cal_parse_bool(text, option->value))
            return cal_fail(err, CAL_USAGE, "--%s=%s: true or false is wanted", option->name, text);
        return CAL_OK;
    case CAL_COUNT:
        if (!cal_parse_int(text, &whole) || whole < 0)
            return cal_fail(err, CAL_USAGE, "--%s %s: a whole number, 0 or more, is wanted",
                            option->name, text);
        *(long *)option->value = (long)whole;
        return CAL_OK;
    case CAL_NUMBER:
        if (!cal_parse_number(text, option->value))
            return cal_fail(err, CAL_USAGE, "--%s %s: a number is wanted", option->name, text);
        return CAL_OK;
    case CAL_TEXT:
        *(const char **)option->value = text;
        return CAL_OK;
    case CAL_CHOICE:
        return set_choice(option, text, err);
    case CAL_EACH:
        if (option->each(option->value, text, err))
            return cal_prefix(err, "--%s", option->name);
        return CAL_OK;
    default:
        return cal_fail(err, CAL_BUG, "option table: --%s has no kind", option->name);
    }
}

/* argv[*at] is an option; its value may be the next argument. */
static cal_status parse_long(const cal_option *const *tables, int argc, char **argv, int *at,
                             cal_error *err)
{
    const char *name = argv[*at] + 2, *equals = strchr(name, '=');
    size_t length = equals ? (size_t)(equals - name) : strlen(name);
    const cal_option *option = find(tables, name, length, 0);
    if (!option) {
        char *whole = cal_format("%.*s", (int)length, name);
        cal_status status = fail_unknown(tables, whole, err);
        free(whole);
        return status;
    }
    if (equals)
        return set_value(option, equals + 1, err);
    if (option->kind == CAL_FLAG)
        return set_value(option, "true", err);
    if (*at + 1 >= argc)
        return cal_fail(err, CAL_USAGE, "--%s wants a value: --%s %s", option->name, option->name,
                        option->arg);
    return set_value(option, argv[++*at], err);
}

static cal_status parse_letters(const cal_option *const *tables, int argc, char **argv, int *at,
                                cal_error *err)
{
    for (const char *letter = argv[*at] + 1; *letter; letter++) {
        const cal_option *option = find(tables, NULL, 0, *letter);
        if (!option)
            return cal_fail(err, CAL_USAGE, "unknown option -%c; --help lists all", *letter);
        if (option->kind == CAL_FLAG) {
            set_value(option, "true", err);
            continue;
        }
        if (letter[1])
            return set_value(option, letter + 1, err);
        if (*at + 1 >= argc)
            return cal_fail(err, CAL_USAGE, "-%c wants a value: -%c %s", *letter, *letter,
                            option->arg);
        return set_value(option, argv[++*at], err);
    }
    return CAL_OK;
}

cal_status cal_options_parse(const cal_option *const *tables, int argc, char **argv, int *operands,
                             char **operand, cal_error *err)
{
    bool only_operands = false;
    *operands = 0;
    for (int i = 1; i < argc; i++) {
        cal_status status = CAL_OK;
        if (only_operands || argv[i][0] != '-' || !argv[i][1])
            operand[(*operands)++] = argv[i];
        else if (!strcmp(argv[i], "--"))
            only_operands = true;
        else if (argv[i][1] == '-')
            status = parse_long(tables, argc, argv, &i, err);
        else
            status = parse_letters(tables, argc, argv, &i, err);
        if (status)
            return status;
    }
    return CAL_OK;
}

const char *cal_option_default(const cal_option *option)
{
    static char text[64];
    const char *word;
    *text = 0;
    switch (option->kind) {
    case CAL_FLAG:
        return *(bool *)option->value ? "true" : "";
    case CAL_COUNT:
        snprintf(text, sizeof text, "%ld", *(long *)option->value);
        return text;
    case CAL_NUMBER:
        if (!isnan(*(double *)option->value))
            snprintf(text, sizeof text, "%.10g", *(double *)option->value);
        return text;
    case CAL_TEXT:
    case CAL_CHOICE:
        word = *(const char **)option->value;
        return word ? word : "";
    default:
        return text;
    }
}
