using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace FastShardMap.Extensions.DependencyInjection;

/// <summary>A map that is a service, with its name, options and file. It is created, and loaded, when it is first
/// resolved; the host resolves it before it starts any service.</summary>
internal sealed class ServedMap<TKey, TValue, THasher> : IServedMap, IDisposable
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
    where THasher : struct, IKeyHasher<TKey>
{
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private volatile Exception? _lastSaveError;
    private long _lastSavedTicks;

    public ServedMap(IServiceProvider services, string name, MapFactory<TKey, TValue, THasher> factory)
    {
        Name = name;
        Options = services.GetRequiredService<IOptionsMonitor<ShardMapServiceOptions>>().Get(name);
        _clock = services.GetService<TimeProvider>() ?? TimeProvider.System;
        _log = services.GetService<ILoggerFactory>()?.CreateLogger(MapLog.Category) ?? NullLogger.Instance;
        if (Options.Path is not null)
        {
            string root = services.GetService<IHostEnvironment>()?.ContentRootPath is { Length: > 0 } content
                ? Path.GetFullPath(content)
                : Environment.CurrentDirectory;
            FilePath = Path.GetFullPath(Options.Path, root);
            RequireDirectory();
            services.GetRequiredService<MapNames>().ClaimFile(name, FollowLinks(FilePath));
        }

        Map = (FilePath is not null && Options.LoadOnStart ? Load(factory) : null) ?? factory.Create(MapOptions());
    }

    public string Name { get; }

    public ShardMapServiceOptions Options { get; }

    public string? FilePath { get; }

    public ShardMap<TKey, TValue, THasher> Map { get; }

    public Exception? LastSaveError => _lastSaveError;

    public DateTimeOffset? LastSaved =>
        Volatile.Read(ref _lastSavedTicks) is not 0 and long ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    public ShardMapStatistics GetStatistics() => Map.GetStatistics();

    public async Task SaveAsync(CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        try
        {
            await Map.SaveToAsync(FilePath!, progress: null, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
            when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            _lastSaveError = exception;
            MapLog.SaveFailed(_log, exception, Name, FilePath!);
            throw;
        }

        Volatile.Write(ref _lastSavedTicks, _clock.GetUtcNow().UtcTicks);
        _lastSaveError = null;
        MapLog.Saved(_log, Name, FilePath!, Stopwatch.GetElapsedTime(started));
    }

    public void Dispose() => Map.Dispose();

    private ShardMapOptions MapOptions() => new()
    {
        Name = Name,
        Capacity = Options.Capacity,
        ShardCount = Options.ShardCount,
        HugePages = Options.HugePages,
        Prefault = Options.Prefault,
        BackgroundMigration = Options.BackgroundMigration,
    };

    // At the start, and not at the end, when it would cost the entries.
    private void RequireDirectory()
    {
        string? directory = Path.GetDirectoryName(FilePath);
        if (directory is null || !Directory.Exists(directory))
        {
            throw new DirectoryNotFoundException(
                $"The directory of the file of the map '{Name}' does not exist: '{FilePath}'.");
        }
    }

    // Null if the map starts empty.
    private ShardMap<TKey, TValue, THasher>? Load(MapFactory<TKey, TValue, THasher> factory)
    {
        // As the load and the saves do. The link itself is as old as on the day it was made.
        string file = FollowLinks(FilePath!);
        if (IsMissing(file))
        {
            if (Options.RequireFile)
            {
                throw new FileNotFoundException($"The file of the map '{Name}' is missing: '{FilePath}'.", FilePath);
            }

            MapLog.NoFile(_log, Name, FilePath!);
            return null;
        }

        if (Options.MaxFileAge is TimeSpan limit
            && _clock.GetUtcNow().UtcDateTime - File.GetLastWriteTimeUtc(file) is TimeSpan age && age >= limit)
        {
            MapLog.FileTooOld(_log, Name, FilePath!, age);
            return null;
        }

        long started = Stopwatch.GetTimestamp();
        try
        {
            ShardMap<TKey, TValue, THasher> map = factory.Load(FilePath!, MapOptions());
            MapLog.Loaded(_log, map.Count, Name, FilePath!, Stopwatch.GetElapsedTime(started));
            return map;
        }
        catch (InvalidDataException exception) when (Options.DamagedFile == DamagedFileBehavior.SetAside)
        {
            string aside = SetAside(file);
            MapLog.SetAside(_log, exception, Name, FilePath!, aside);
            return null;
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException(
                $"The map '{Name}' cannot be loaded from '{FilePath}': {exception.Message} "
                + $"To start with an empty map instead, restore or move the file, or set the option "
                + $"{nameof(ShardMapServiceOptions.DamagedFile)} to {nameof(DamagedFileBehavior.SetAside)}.",
                exception);
        }
    }

    // A file of that name is never replaced: it may be the only copy of something.
    private string SetAside(string file)
    {
        string time = _clock.GetUtcNow().UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        string wanted = $"{file}.damaged-{time}";
        string name = wanted;
        for (int number = 2; File.Exists(name); number++)
        {
            name = string.Create(CultureInfo.InvariantCulture, $"{wanted}-{number}");
        }

        File.Move(file, name, overwrite: false);
        return name;
    }

    private static string FollowLinks(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        }
        catch (FileNotFoundException)
        {
            return path;
        }
    }

    // A file that cannot be looked at, for a missing permission or a failing disk, is not missing: a map that started
    // empty would replace it.
    private static bool IsMissing(string file)
    {
        try
        {
            _ = File.GetAttributes(file);
            return false;
        }
        catch (FileNotFoundException)
        {
            return true;
        }
    }
}
