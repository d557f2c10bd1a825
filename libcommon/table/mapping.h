/* A part of a file as memory: what is looked at there is not copied. C++ only.
 *
 * A file that is cut short while it is mapped, or a disk that fails, would end the process with SIGBUS. Here what is missing
 * reads as zeros, and the mapping tells afterwards that it has failed. Threads that look at it must not block SIGBUS. */
#ifndef CAL_TABLE_MAPPING_H
#define CAL_TABLE_MAPPING_H

#include <cstdint>
#include <memory>

namespace cal
{

struct MappingSlot;

class Mapping
{
  public:
    /* Read-only; nullptr where the file is too short or cannot be mapped. */
    static std::unique_ptr<Mapping> make(int fd, int64_t offset, int64_t size);
    Mapping(const Mapping &) = delete;
    Mapping &operator=(const Mapping &) = delete;
    ~Mapping();

    /* The byte of the file at `offset`. */
    const char *at(int64_t offset) const;
    bool failed() const;

  private:
    Mapping(MappingSlot &slot, int64_t start) : slot_(slot), start_(start)
    {
    }

    MappingSlot &slot_;
    int64_t start_; /* of the first page in the file */
};

} // namespace cal

#endif
