# linden::mpi, a library of its own: MPI has no ABI in common, so that the core must not know of it.
set(LINDEN_HAS_MPI OFF)
if(NOT LINDEN_MPI MATCHES "^(AUTO|ON|OFF)$")
  message(FATAL_ERROR "LINDEN_MPI is ${LINDEN_MPI}; it must be AUTO, ON or OFF.")
endif()
if(LINDEN_MPI STREQUAL OFF)
  return()
endif()
set(MPI_CXX_SKIP_MPICXX ON)
find_package(MPI QUIET COMPONENTS CXX)
if(NOT MPI_CXX_FOUND)
  if(LINDEN_MPI STREQUAL ON)
    message(FATAL_ERROR "LINDEN_MPI=ON: CMake finds no MPI. Install one: apt-get install libopenmpi-dev or "
                        "libmpich-dev; or name its compiler, -DMPI_CXX_COMPILER=mpicxx.mpich.")
  endif()
  message(STATUS "Linden: no MPI, linden::mpi is not built (apt-get install libopenmpi-dev)")
  return()
endif()
set(LINDEN_HAS_MPI ON)
message(STATUS "Linden: linden::mpi by ${MPI_CXX_COMPILER}")

add_library(linden_mpi ${PROJECT_SOURCE_DIR}/src/mpi/communicator.cpp)
add_library(linden::mpi ALIAS linden_mpi)
target_sources(linden_mpi PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/include
  FILES ${PROJECT_SOURCE_DIR}/include/linden/mpi.hpp)
target_compile_features(linden_mpi PUBLIC cxx_std_20)
target_link_libraries(linden_mpi PUBLIC linden PRIVATE MPI::MPI_CXX $<BUILD_INTERFACE:linden_strict>)
set_target_properties(linden_mpi PROPERTIES EXPORT_NAME mpi
  VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
