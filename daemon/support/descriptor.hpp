// A file descriptor that closes itself.
#pragma once

#include <unistd.h>

#include <utility>

namespace umbra {

class Descriptor {
  public:
    Descriptor() = default;
    // Takes what open(2) gave, an error too.
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() { close(); }
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        if (this != &other) {
            close();
            number_ = std::exchange(other.number_, -1);
        }
        return *this;
    }

    bool is_open() const { return number_ >= 0; }
    int number() const { return number_; }
    void close() {
        if (number_ >= 0) ::close(number_);
        number_ = -1;
    }

  private:
    int number_ = -1;
};

}  // namespace umbra
