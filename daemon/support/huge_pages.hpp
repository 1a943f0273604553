// Memory of large tables that are read anywhere.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <new>

namespace umbra {

// To find the page of a random place in a large table costs as much as to read it, unless pages are
// large too: the kernel is asked for such of 2 MiB (madvise(2), MADV_HUGEPAGE), and gives what it
// has.
template <typename T>
struct HugePages {
    using value_type = T;

    HugePages() = default;
    template <typename Other>
    explicit HugePages(const HugePages<Other>&) {}

    T* allocate(std::size_t count) {
        const std::size_t bytes = count * sizeof(T);
        if (bytes < page) return static_cast<T*>(::operator new(bytes));
        void* const memory = ::operator new (bytes, std::align_val_t{page});
        madvise(memory, bytes, MADV_HUGEPAGE);
        return static_cast<T*>(memory);
    }
    void deallocate(T* memory, std::size_t count) {
        if (count * sizeof(T) < page) return ::operator delete(memory);
        ::operator delete (memory, std::align_val_t{page});
    }
    bool operator==(const HugePages&) const = default;

  private:
    static constexpr std::size_t page = 2U << 20;
};

}  // namespace umbra
