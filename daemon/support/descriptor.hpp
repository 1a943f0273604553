// A file descriptor that closes itself.
#pragma once

#include <unistd.h>

namespace umbra {

class Descriptor {
  public:
    // Takes what open(2) gave, an error too.
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    bool is_open() const { return number_ >= 0; }
    int number() const { return number_; }

  private:
    int number_;
};

}  // namespace umbra
