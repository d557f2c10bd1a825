#include "base/text.h"

#include <string.h>

/* One [set] at *pattern against c; *pattern moves behind the set. A '[' without end stands for
 * itself. */
static bool match_set(const char **pattern, char c)
{
    const char *p = *pattern + 1;
    bool negated = *p == '!' || *p == '^', found = false;
    p += negated;
    for (bool first = true; *p && (first || *p != ']'); first = false, p++) {
        if (p[1] == '-' && p[2] && p[2] != ']') {
            found = found || (*p <= c && c <= p[2]);
            p += 2;
        } else {
            found = found || *p == c;
        }
    }
    if (!*p) {
        ++*pattern;
        return c == '[';
    }
    *pattern = p + 1;
    return found != negated;
}

static bool match(const char *pattern, const char *text, const char *tail);

/* {a,b}: each alternative with what follows the brace. */
static bool match_braces(const char *pattern, const char *text, const char *tail)
{
    const char *close = strchr(pattern, '}');
    if (!close)
        return *text == '{' && match(pattern + 1, text + 1, tail);
    for (const char *start = pattern + 1; start <= close;) {
        const char *end = start + strcspn(start, ",}");
        char expanded[1024];
        size_t length = (size_t)(end - start), rest = strlen(close + 1);
        if (length + rest + 1 > sizeof expanded)
            return false;
        memcpy(expanded, start, length);
        memcpy(expanded + length, close + 1, rest + 1);
        if (match(expanded, text, tail))
            return true;
        start = end + 1;
    }
    return false;
}

static bool match(const char *pattern, const char *text, const char *tail)
{
    for (; *pattern; text++) {
        if (*pattern == '*') {
            for (; text <= tail; text++)
                if (match(pattern + 1, text, tail))
                    return true;
            return false;
        }
        if (*pattern == '{')
            return match_braces(pattern, text, tail);
        if (text == tail)
            return false;
        if (*pattern == '[') {
            if (!match_set(&pattern, *text))
                return false;
            continue;
        }
        if (*pattern == '\\' && pattern[1])
            pattern++;
        else if (*pattern == '?') {
            pattern++;
            continue;
        }
        if (*pattern++ != *text)
            return false;
    }
    return text == tail;
}

bool cal_glob(const char *pattern, const char *text)
{
    return match(pattern, text, text + strlen(text));
}
