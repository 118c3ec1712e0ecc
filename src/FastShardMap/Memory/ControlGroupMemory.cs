using System.Globalization;

namespace FastShardMap.Memory;

/// <summary>Determines the memory limit of this process's control group on Linux, whether version 1 or 2 sets it: the
/// lowest limit of the group and its ancestors.</summary>
internal static class ControlGroupMemory
{
    /// <summary>Returns the limit; <see cref="ulong.MaxValue"/> if there is none, or if it cannot be read.</summary>
    /// <param name="processFolder">The folder of the process under /proc.</param>
    public static ulong LimitOf(string processFolder)
    {
        try
        {
            string[] groups = File.ReadAllLines(Path.Combine(processFolder, "cgroup"));
            ulong limit = ulong.MaxValue;
            foreach (string line in File.ReadLines(Path.Combine(processFolder, "mountinfo")))
            {
                limit = Math.Min(limit, LimitOfMount(line, groups));
            }

            return limit;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return ulong.MaxValue;
        }
    }

    // The format of a line: id parent device root mountPoint options [optional…] - type source superOptions. See
    // proc(5).
    private static ulong LimitOfMount(string line, string[] groups)
    {
        string[] halves = line.Split(" - ", 2);
        string[] mount = halves[0].Split(' ');
        string[] system = halves[^1].Split(' ');
        if (mount.Length < 5 || system.Length < 3)
        {
            return ulong.MaxValue;
        }

        bool isSecond = system[0] == "cgroup2";
        bool isFirst = system[0] == "cgroup" && system[2].Split(',').Contains("memory", StringComparer.Ordinal);
        string? group = isSecond || isFirst ? GroupIn(groups, isSecond) : null;
        return group is null
            ? ulong.MaxValue
            : LeastUpwards(
                Unescape(mount[4]),
                Below(group, Unescape(mount[3])),
                isSecond ? "memory.max" : "memory.limit_in_bytes");
    }

    // The format of a line: id:controllers:path. Version 2 has the id 0 and no controllers. See cgroups(7).
    private static string? GroupIn(string[] groups, bool isSecond)
    {
        foreach (string line in groups)
        {
            string[] parts = line.Split(':', 3);
            if (parts.Length == 3
                && (isSecond ? parts[1].Length == 0 : parts[1].Split(',').Contains("memory", StringComparer.Ordinal)))
            {
                return parts[2];
            }
        }

        return null;
    }

    /// <summary>Returns the part of a group's path below the root of a mount. A container mounts its own group as the
    /// root.</summary>
    private static string Below(string group, string root)
    {
        string prefix = root.TrimEnd('/') + "/";
        return group.StartsWith(prefix, StringComparison.Ordinal) ? group[prefix.Length..] : string.Empty;
    }

    private static ulong LeastUpwards(string mountPoint, string group, string file)
    {
        ulong least = LimitIn(Path.Combine(mountPoint, file));
        string folder = mountPoint;
        foreach (string part in group.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            folder = Path.Combine(folder, part);
            least = Math.Min(least, LimitIn(Path.Combine(folder, file)));
        }

        return least;
    }

    // The file contains "max" or a number of bytes. The root of version 2 has no such file.
    private static ulong LimitIn(string path)
    {
        try
        {
            return ulong.TryParse(
                File.ReadAllText(path).AsSpan().Trim(),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out ulong bytes)
                ? bytes
                : ulong.MaxValue;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return ulong.MaxValue;
        }
    }

    // Spaces, tabs, newlines and backslashes in a path are escaped in octal.
    private static string Unescape(string path) => path
        .Replace(@"\040", " ", StringComparison.Ordinal)
        .Replace(@"\011", "\t", StringComparison.Ordinal)
        .Replace(@"\012", "\n", StringComparison.Ordinal)
        .Replace(@"\134", @"\", StringComparison.Ordinal);
}
