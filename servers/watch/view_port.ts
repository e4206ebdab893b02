/** Where views are found when nobody says otherwise. */
export const VIEW_PORT = 7780;
