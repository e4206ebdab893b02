import { CHAPTERS } from "../../clients/learn/chapters/mod.ts";
import { testChapters } from "../harness/course_chapters.ts";

testChapters(CHAPTERS.slice(3, 7), ["zh", "en"]);
