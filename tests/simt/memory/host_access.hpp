// Keeps host code away from device memory: its pages open only while the device works (as long as they are few).
//
// Code that follows a device pointer on the host crashes on a GPU; here it ends the program, with a sentence.
#pragma once

namespace linden::simt {

/// While one lives, this thread is the device and may touch its memory. They nest.
class AsDevice {
 public:
  AsDevice();
  ~AsDevice();
  AsDevice(const AsDevice&) = delete;
  AsDevice& operator=(const AsDevice&) = delete;
};

/// Opens all pages, until the device next stops working.
void open_to_host();

}  // namespace linden::simt
