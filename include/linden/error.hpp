// What Linden throws: linden::Error and its five children.
//
// Every message says where, what (with the values) and how to mend it:
//
//     Dataset::from_csv("train.csv"): no column "pirce". Did you mean "price"? Columns: area, rooms, price.
//
//     try { model = BoostedModel::load("model.json"); }
//     catch (const linden::FileError& e) { std::cerr << e.what() << '\n'; }
#pragma once

#include <linden/export.hpp>
#include <stdexcept>

namespace linden {

/// The base of everything Linden throws on purpose.
class LINDEN_API Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A value given by the caller is out of its range, or two arguments do not fit together.
class LINDEN_API ArgumentError : public Error {
 public:
  using Error::Error;
};

/// The data itself is unusable: a ragged row, a label that is NaN, a missing column.
class LINDEN_API DataError : public Error {
 public:
  using Error::Error;
};

/// A file cannot be opened, read or written, or is not the file it should be.
class LINDEN_API FileError : public Error {
 public:
  using Error::Error;
};

/// The device asked for is not there, or does not support what was asked of it.
class LINDEN_API DeviceError : public Error {
 public:
  using Error::Error;
};

/// Memory of the host or the device is exhausted; the message names the bytes wanted.
class LINDEN_API MemoryError : public Error {
 public:
  using Error::Error;
};

}  // namespace linden
