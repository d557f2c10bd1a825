#include "stored/element.h"
#include <endian.h>
#include <string.h>

/* The parts of an element are one number, or two of a complex one; `real` ones are floats or doubles. */
static const struct element {
    cal_type type;
    uint8_t bytes, parts;
    bool real, is_signed;
} elements[] = {
    [CAL_TP_BOOL] = {CAL_TYPE_BOOL, 0, 0, false, false},
    [CAL_TP_CHAR] = {CAL_TYPE_OTHER, 0, 0, false, false},
    [CAL_TP_UCHAR] = {CAL_TYPE_INT, 1, 1, false, false},
    [CAL_TP_SHORT] = {CAL_TYPE_INT, 2, 1, false, true},
    [CAL_TP_USHORT] = {CAL_TYPE_INT, 2, 1, false, false},
    [CAL_TP_INT] = {CAL_TYPE_INT, 4, 1, false, true},
    [CAL_TP_UINT] = {CAL_TYPE_INT, 4, 1, false, false},
    [CAL_TP_FLOAT] = {CAL_TYPE_FLOAT, 4, 1, true, true},
    [CAL_TP_DOUBLE] = {CAL_TYPE_DOUBLE, 8, 1, true, true},
    [CAL_TP_COMPLEX] = {CAL_TYPE_COMPLEX, 8, 2, true, true},
    [CAL_TP_DCOMPLEX] = {CAL_TYPE_DCOMPLEX, 16, 2, true, true},
    [CAL_TP_STRING] = {CAL_TYPE_TEXT, 0, 0, false, false},
    [CAL_TP_INT64] = {CAL_TYPE_INT64, 8, 1, false, true},
};
static const struct element other = {CAL_TYPE_OTHER, 0, 0, false, false};

static const struct element *describe(int type)
{
    bool known = (type >= CAL_TP_BOOL && type <= CAL_TP_STRING) || type == CAL_TP_INT64;
    return known ? &elements[type] : &other;
}

int cal_element_of_array(int type)
{
    if (type >= CAL_TP_ARRAY_BOOL && type <= CAL_TP_ARRAY_STRING)
        return type - CAL_TP_ARRAY_BOOL;
    return type == CAL_TP_ARRAY_INT64 ? CAL_TP_INT64 : -1;
}

int cal_element_bytes(int type)
{
    return describe(type)->bytes;
}

cal_type cal_element_type(int type)
{
    return describe(type)->type;
}

bool cal_element_fits(int type, cal_type wanted)
{
    const struct element *element = describe(type);
    if (element->type == CAL_TYPE_OTHER || element->type == wanted)
        return element->type == wanted && wanted != CAL_TYPE_OTHER;
    if (element->parts == 1)
        return wanted == CAL_TYPE_DOUBLE || (wanted == CAL_TYPE_INT64 && !element->real);
    return element->parts == 2 && (wanted == CAL_TYPE_COMPLEX || wanted == CAL_TYPE_DCOMPLEX);
}

/* ---- numbers ---- */

static uint64_t load(const uint8_t *from, int bytes, bool little)
{
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++)
        value = value << 8 | from[little ? bytes - 1 - i : i];
    return value;
}

static int64_t load_integer(const struct element *element, const uint8_t *from, bool little)
{
    int unused = 64 - 8 * element->bytes;
    uint64_t value = load(from, element->bytes, little);
    return element->is_signed ? (int64_t)(value << unused) >> unused : (int64_t)value;
}

static double load_real(int bytes, const uint8_t *from, bool little)
{
    uint64_t bits = load(from, bytes, little);
    uint32_t low = (uint32_t)bits;
    double value;
    float single;
    memcpy(&value, &bits, sizeof value);
    memcpy(&single, &low, sizeof single);
    return bytes == sizeof single ? single : value;
}

/* What is as wide in memory as in the file needs its bytes in order, nothing else. */
static void copy_in_order(const uint8_t *from, int bytes, bool little, int64_t count, void *out)
{
    if (little == (BYTE_ORDER == LITTLE_ENDIAN)) {
        memcpy(out, from, (size_t)(count * bytes));
        return;
    }
    for (int64_t i = 0; i < count && bytes == 4; i++) {
        uint32_t value;
        memcpy(&value, from + 4 * i, sizeof value);
        ((uint32_t *)out)[i] = __builtin_bswap32(value);
    }
    for (int64_t i = 0; i < count && bytes == 8; i++) {
        uint64_t value;
        memcpy(&value, from + 8 * i, sizeof value);
        ((uint64_t *)out)[i] = __builtin_bswap64(value);
    }
}

void cal_element_read(int type, const uint8_t *from, bool little, cal_type wanted, int64_t count,
                      void *out)
{
    const struct element *element = describe(type);
    int bytes = element->bytes / element->parts;
    bool single = wanted == CAL_TYPE_FLOAT || wanted == CAL_TYPE_COMPLEX;
    count *= element->parts;
    if (element->type == wanted && bytes >= 4) {
        copy_in_order(from, bytes, little, count, out);
        return;
    }
    for (int64_t i = 0; i < count; i++, from += bytes) {
        if (wanted == CAL_TYPE_INT)
            ((int32_t *)out)[i] = (int32_t)load_integer(element, from, little);
        else if (wanted == CAL_TYPE_INT64)
            ((int64_t *)out)[i] = load_integer(element, from, little);
        else if (single)
            ((float *)out)[i] = (float)load_real(bytes, from, little);
        else
            ((double *)out)[i] = element->real ? load_real(bytes, from, little)
                                               : (double)load_integer(element, from, little);
    }
}

void cal_element_read_bits(const uint8_t *from, int64_t first, int64_t count, uint8_t *out)
{
    for (int64_t i = 0; i < count; i++)
        out[i] = from[(first + i) / 8] >> ((first + i) % 8) & 1;
}
