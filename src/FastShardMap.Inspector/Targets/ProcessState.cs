using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace FastShardMap.Inspector.Targets;

/// <summary>Asks the system whether processes and threads are alive.</summary>
internal static class ProcessState
{
    private const char Gone = '\0';
    private static readonly TimeSpan s_longestEnd = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_betweenLooks = TimeSpan.FromMilliseconds(100);

    /// <summary>Whether a process exists and has not ended. A zombie has ended.</summary>
    public static bool IsAlive(int processId)
    {
        if (OperatingSystem.IsLinux())
        {
            return IsAlive($"/proc/{processId}/stat");
        }

        try
        {
            using System.Diagnostics.Process process = System.Diagnostics.Process.GetProcessById(processId);
            return !process.HasExited;
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return exception is Win32Exception; // the process belongs to another user
        }
    }

    /// <summary>
    /// Whether a process has ended or is about to end, because its connections close a moment earlier.
    /// </summary>
    public static bool IsEnding(int processId) => SpinWait.SpinUntil(() => !IsAlive(processId), s_longestEnd);

    /// <summary>Waits for some time, or until a process ends.</summary>
    /// <returns>Whether the process has ended.</returns>
    public static bool EndsWithin(int processId, TimeSpan time)
    {
        Stopwatch clock = Stopwatch.StartNew();
        while (IsAlive(processId) && clock.Elapsed < time)
        {
            TimeSpan left = time - clock.Elapsed;
            Thread.Sleep(left < s_betweenLooks ? (left > TimeSpan.Zero ? left : TimeSpan.Zero) : s_betweenLooks);
        }

        return !IsAlive(processId);
    }

    /// <summary>Whether a thread of a Linux process is stopped by its tracer.</summary>
    public static bool Stands(int processId, int thread) => StateOf($"/proc/{processId}/task/{thread}/stat") == 't';

    /// <summary>Whether a thread of a Linux process exists.</summary>
    public static bool IsAlive(int processId, int thread) => IsAlive($"/proc/{processId}/task/{thread}/stat");

    /// <summary>The threads of a Linux process; none if it has ended.</summary>
    public static List<int> Threads(int processId)
    {
        List<int> threads = [];
        try
        {
            foreach (string folder in Directory.EnumerateDirectories($"/proc/{processId}/task"))
            {
                threads.Add(
                    int.Parse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture));
            }
        }
        catch (IOException)
        {
            // The process has ended, perhaps during this call.
        }

        return threads;
    }

    /// <summary>The process that traces a Linux process; 0 if none does, or if it is unknown.</summary>
    public static int TracerOf(int processId)
    {
        const string Field = "TracerPid:";
        try
        {
            string? line = File.ReadLines($"/proc/{processId}/status")
                .FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal));
            return line is null
                ? 0
                : int.Parse(line.AsSpan(Field.Length).Trim(), NumberStyles.None, CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    private static bool IsAlive(string statFile) => StateOf(statFile) is not (Gone or 'Z' or 'X');

    // The letter of the state, in "id (name) state …". The name may contain anything, including parentheses.
    private static char StateOf(string statFile)
    {
        try
        {
            string text = File.ReadAllText(statFile);
            int end = text.LastIndexOf(')');
            return end >= 0 && end + 2 < text.Length ? text[end + 2] : Gone;
        }
        catch (IOException)
        {
            return Gone;
        }
        catch (UnauthorizedAccessException)
        {
            return '?';
        }
    }
}
