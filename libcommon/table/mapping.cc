#include "table/mapping.h"
#include <atomic>
#include <cerrno>
#include <csignal>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whole pages. The signal handler looks through all slots while others come and go, so they are never
 * given back to the allocator, and `end` is set last and cleared first. */
struct cal::MappingSlot {
    std::atomic<bool> taken, failed;
    std::atomic<char *> start, end;
};

static cal::MappingSlot slots[128];
static struct sigaction before;

/* Zeros from the page that is missing to the end of its mapping. A fault elsewhere comes again and is
 * handled as it was before. */
static void mend(int, siginfo_t *fault, void *)
{
    char *page = (char *)((uintptr_t)fault->si_addr & ~(uintptr_t)(getpagesize() - 1));
    int error = errno;
    for (cal::MappingSlot &slot : slots) {
        char *end = slot.end;
        if (page < slot.start || page >= end)
            continue;
        void *zeros =
            mmap(page, end - page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        slot.failed = zeros != MAP_FAILED;
        errno = error;
        if (slot.failed)
            return;
    }
    sigaction(SIGBUS, &before, nullptr);
}

static bool catch_faults()
{
    struct sigaction action = {};
    action.sa_sigaction = mend;
    action.sa_flags = SA_SIGINFO;
    sigemptyset(&action.sa_mask);
    return sigaction(SIGBUS, &action, &before) == 0;
}

static cal::MappingSlot *take_slot()
{
    for (cal::MappingSlot &slot : slots)
        if (!slot.taken.exchange(true))
            return &slot;
    return nullptr;
}

std::unique_ptr<cal::Mapping> cal::Mapping::make(int fd, int64_t offset, int64_t size)
{
    static const bool caught = catch_faults();
    struct stat file;
    if (!caught || size <= 0 || fstat(fd, &file) || file.st_size < offset + size)
        return nullptr;
    MappingSlot *slot = take_slot();
    if (!slot)
        return nullptr;
    int64_t page = getpagesize(), start = offset - offset % page;
    int64_t length = (offset + size - start + page - 1) / page * page;
    void *bytes = mmap(nullptr, length, PROT_READ, MAP_SHARED, fd, start);
    if (bytes == MAP_FAILED) {
        slot->taken = false;
        return nullptr;
    }
    slot->failed = false;
    slot->start = (char *)bytes;
    slot->end = (char *)bytes + length;
    return std::unique_ptr<Mapping>(new Mapping(*slot, start));
}

cal::Mapping::~Mapping()
{
    char *start = slot_.start, *end = slot_.end;
    slot_.end = nullptr;
    munmap(start, end - start);
    slot_.taken = false;
}

const char *cal::Mapping::at(int64_t offset) const
{
    return slot_.start + (offset - start_);
}

bool cal::Mapping::failed() const
{
    return slot_.failed;
}
