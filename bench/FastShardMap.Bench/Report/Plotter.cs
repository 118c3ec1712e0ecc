using System.ComponentModel;
using System.Diagnostics;

namespace FastShardMap.Bench.Report;

/// <summary>Writes plots as scripts and has gnuplot draw them.</summary>
internal sealed class Plotter(string folder)
{
    public const string Missing = "gnuplot is missing: run bench/install-tools, or draw the .gp files elsewhere.";

    /// <summary>Whether gnuplot can be started here.</summary>
    public static bool IsInstalled()
    {
        try
        {
            using Process? process = Start(".", "--version");
            process?.WaitForExit();
            return process?.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    /// <summary>Writes plots to a folder, which is created; returns whether all were drawn.</summary>
    public static bool WriteAll(string folder, IEnumerable<Plot> plots)
    {
        ArgumentNullException.ThrowIfNull(plots);
        Directory.CreateDirectory(folder);
        Plotter plotter = new(folder);
        bool drawn = true;
        foreach (Plot plot in plots)
        {
            drawn &= plotter.Write(plot);
        }

        return drawn;
    }

    /// <summary>Writes the script, and the picture if gnuplot is there; returns whether it was drawn.</summary>
    public bool Write(Plot plot)
    {
        ArgumentNullException.ThrowIfNull(plot);
        string script = $"{plot.Name}.gp";
        File.WriteAllText(Path.Combine(folder, script), plot.ToScript());
        if (!IsInstalled())
        {
            return false;
        }

        using Process process = Start(folder, script)!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? true
            : throw new InvalidOperationException($"gnuplot refuses {script}: {errors}");
    }

    private static Process? Start(string workingFolder, string argument)
    {
        ProcessStartInfo start = new("gnuplot", argument)
        {
            WorkingDirectory = workingFolder,
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        return Process.Start(start);
    }
}
