# The CUDA backend comes with a later version; until then the options refuse in plain words.
if(LINDEN_CUDA STREQUAL "ON")
  message(FATAL_ERROR "LINDEN_CUDA=ON: Linden ${PROJECT_VERSION} has no CUDA backend yet. "
                      "Configure with -DLINDEN_CUDA=AUTO or OFF; models train on the CPU.")
endif()
if(NOT LINDEN_CUDA MATCHES "^(AUTO|ON|OFF)$")
  message(FATAL_ERROR "LINDEN_CUDA is ${LINDEN_CUDA}; it must be AUTO, ON or OFF.")
endif()
