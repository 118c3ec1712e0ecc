// A map from F#, as a script. Build the library first, then:
//
//   dotnet build -c Release src/FastShardMap
//   dotnet fsi --reference:src/FastShardMap/bin/Release/net10.0/FastShardMap.dll src/samples/quickstart.fsx
//
// A project, or a script that uses the published package (#r "nuget: FastShardMap"), needs no reference.
open System
open System.Collections.Generic
open System.Threading.Tasks
open FastShardMap

// A struct tuple is unmanaged, and so is a struct record without references.
[<Struct>]
type Position = { X: int; Y: int }

let readings = new ShardMap<struct (int * int), Position>()

for sensor in 1..1000 do
    readings[struct (sensor, 0)] <- { X = sensor; Y = -sensor }

printfn "entries: %d" readings.Count

match readings.TryGetValue(struct (7, 0)) with
| true, position -> printfn "sensor 7: %d, %d" position.X position.Y
| false, _ -> printfn "sensor 7 is missing"

// Many threads count at once; no count is lost.
let visits = new ShardMap<int, int64>()

Parallel.For(0, 10_000, fun i ->
    visits.AddOrUpdate(i % 10, (fun _ -> 1L), (fun _ (old: int64) -> old + 1L)) |> ignore)
|> ignore

printfn "visits of 3: %d" visits[3]

// A snapshot does not change.
let snapshot = visits.Snapshot()
visits.Clear()
printfn "snapshot: %d, map: %d" snapshot.Count visits.Count

let total = Seq.sumBy (fun (item: KeyValuePair<int, int64>) -> item.Value) snapshot
printfn "sum: %d" total

snapshot.Dispose()
visits.Dispose()
readings.Dispose()
